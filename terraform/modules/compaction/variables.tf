variable "name" {
  description = "Name of the function and of its schedule; role and log group are called after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,40}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 40 letters, digits, _ and -"
  }
}

variable "package" {
  description = "The function's zip: a file (path), or an object in S3 (bucket, key and, for a versioned bucket, version) for those who keep artifacts there."
  type = object({
    path = optional(string)
    s3 = optional(object({
      bucket  = string
      key     = string
      version = optional(string)
    }))
  })
  nullable = false

  validation {
    condition     = (var.package.path == null) != (var.package.s3 == null)
    error_message = "package has path ${coalesce(var.package.path, "null")} and s3 ${var.package.s3 == null ? "null" : "set"}; give exactly one of them"
  }
}

variable "tables" {
  description = "Tables to compact, by a name for each: Glue database and table (Parquet or ORC), the fields of the unique key, where the objects are (bucket, prefix ending in /, ARN of the key that encrypts them), the time zone of arrival-time partitions, and whether partitions are registered in the catalog instead of being projected."
  type = map(object({
    database_name         = string
    table_name            = string
    unique_key            = list(string)
    bucket                = string
    prefix                = string
    kms_key_arn           = optional(string)
    time_zone             = optional(string, "UTC")
    registered_partitions = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(var.tables) > 0
    error_message = "tables is empty; give at least one"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : length(table.unique_key) > 0])
    error_message = "no unique_key for ${join(", ", [for name, table in var.tables : name if length(table.unique_key) == 0])}; without one there are no duplicates to tell"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : endswith(table.prefix, "/") && !startswith(table.prefix, "/")])
    error_message = "prefixes are ${join(", ", values(var.tables)[*].prefix)}; each must end with / and not start with it"
  }
}

variable "workgroup" {
  description = "Athena workgroup that the statements run in, and where it writes: bucket, prefix ending in /, ARN of the key that encrypts the results. Merged objects stand under <prefix>tables/ for a while; let them expire, as lake_storage does."
  type = object({
    name        = string
    bucket      = string
    prefix      = optional(string, "queries/")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = endswith(var.workgroup.prefix, "/") && !startswith(var.workgroup.prefix, "/")
    error_message = "workgroup.prefix is \"${var.workgroup.prefix}\"; it must end with / and not start with it"
  }
}

variable "manifests" {
  description = "Where it is kept what was done with each partition: bucket, prefix ending in /, ARN of the key that encrypts the objects. They must not expire and not lie under a table's prefix."
  type = object({
    bucket      = string
    prefix      = optional(string, "compaction/")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = endswith(var.manifests.prefix, "/") && !startswith(var.manifests.prefix, "/")
    error_message = "manifests.prefix is \"${var.manifests.prefix}\"; it must end with / and not start with it"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : var.manifests.bucket != table.bucket || !startswith(var.manifests.prefix, table.prefix)])
    error_message = "manifests.prefix is \"${var.manifests.prefix}\", which lies in a table: Athena would read the manifests as data"
  }
}

variable "closing" {
  description = "When a partition is closed and its objects may be merged: after_hours from the end of its time; settle_minutes from the last change of an object; and only partitions of the last lookback_days are looked at."
  type = object({
    after_hours    = optional(number, 6)
    settle_minutes = optional(number, 15)
    lookback_days  = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.closing.after_hours >= 0 && var.closing.after_hours <= 8760 && var.closing.settle_minutes >= 1 && var.closing.settle_minutes <= 1440 && var.closing.lookback_days >= 1 && var.closing.lookback_days <= 36500
    error_message = "closing has after_hours ${var.closing.after_hours}, settle_minutes ${var.closing.settle_minutes}, lookback_days ${var.closing.lookback_days}; allowed: 0 to 8760, 1 to 1440, 1 to 36500"
  }
}

variable "merging" {
  description = "Merged objects are of about file_mb (compressed by compression); at most max_objects objects of max_gb in sum are merged at once; sources are deleted no earlier than grace_seconds after the merged objects are in place."
  type = object({
    file_mb       = optional(number, 256)
    max_objects   = optional(number, 500)
    max_gb        = optional(number, 5)
    grace_seconds = optional(number, 60)
    compression   = optional(string, "SNAPPY")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.merging.file_mb >= 1 && var.merging.file_mb <= 1024 && var.merging.max_objects >= 2 && var.merging.max_objects <= 1000 && var.merging.max_gb >= 1 && var.merging.max_gb <= 100
    error_message = "merging has file_mb ${var.merging.file_mb}, max_objects ${var.merging.max_objects}, max_gb ${var.merging.max_gb}; allowed: 1 to 1024, 2 to 1000, 1 to 100"
  }

  validation {
    condition     = var.merging.grace_seconds >= 0 && var.merging.grace_seconds <= 600
    error_message = "merging.grace_seconds is ${var.merging.grace_seconds}; allowed: 0 to 600, because a run has 15 minutes"
  }

  validation {
    condition     = contains(["SNAPPY", "GZIP", "ZSTD", "ZLIB", "LZ4", "NONE"], var.merging.compression)
    error_message = "merging.compression is \"${var.merging.compression}\"; allowed: SNAPPY, GZIP, ZSTD, ZLIB, LZ4, NONE"
  }
}

variable "schedule" {
  description = "When partitions are looked at: expression of EventBridge Scheduler, its time zone, whether it is enabled, minutes by which a start may be late, and whether a queue keeps runs that could not be started."
  type = object({
    expression        = optional(string, "rate(1 hour)")
    time_zone         = optional(string, "UTC")
    enabled           = optional(bool, true)
    flexible_minutes  = optional(number, 10)
    dead_letter_queue = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "vpc_config" {
  description = "Subnets and security groups, when the function shall run in a VPC."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null
}

variable "tracing" {
  description = "Whether the function sends traces to X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "logs" {
  description = "Log group of the function: days to keep a line, and the ARN of the key that encrypts it (null: CloudWatch's own)."
  type = object({
    retention_days = optional(number, 30)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "logs.retention_days is ${var.logs.retention_days}; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the environment variables; null for Lambda's own."
  type        = string
  default     = null
}

variable "role_path" {
  description = "Path of the function's role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or /.../"
  }
}

variable "global_suffix" {
  description = "Ends the name of the roles of the function and its schedules: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "existing_role" {
  description = "ARN of a role that is there already, which takes the place of the function's role: it has to trust lambda.amazonaws.com and to allow what the output role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.existing_role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.existing_role.arn))
    error_message = "existing_role.arn is \"${try(var.existing_role.arn, "null")}\"; allowed: the ARN of an IAM role"
  }
}

variable "existing_schedule_role" {
  description = "ARN of a role that is there already, which takes the place of the schedules' role: it has to trust scheduler.amazonaws.com and to allow what the output schedule_role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.existing_schedule_role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.existing_schedule_role.arn))
    error_message = "existing_schedule_role.arn is \"${try(var.existing_schedule_role.arn, "null")}\"; allowed: the ARN of an IAM role"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of the function's role; null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
