variable "name" {
  description = "Name of the function; its role and log group are called after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 64 letters, digits, _ and - (the role has the same name)"
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

variable "streams" {
  description = "Streams that events may be sent to, by dataset: name, ARN, and the ARN of the key that encrypts the stream (null: the one that AWS manages)."
  type = map(object({
    name        = string
    arn         = string
    kms_key_arn = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.streams) > 0
    error_message = "streams is empty; give at least one dataset's stream"
  }
}

variable "default_dataset" {
  description = "Dataset of events that come without one; null when every call has to say it."
  type        = string
  default     = null

  validation {
    condition     = var.default_dataset == null ? true : contains(keys(var.streams), var.default_dataset)
    error_message = "default_dataset is \"${coalesce(var.default_dataset, "null")}\"; streams has ${join(", ", keys(var.streams))}"
  }
}

variable "timeout_seconds" {
  description = "Longest run of the function in seconds; what is not sent by then is reported as failed."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 10 && var.timeout_seconds <= 900
    error_message = "timeout_seconds is ${var.timeout_seconds}; allowed: 10 to 900"
  }
}

variable "memory_mb" {
  description = "Memory of the function in MB; its share of a processor grows with it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb is ${var.memory_mb}; allowed: 128 to 10240"
  }
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
  description = "Ends the name of the function's role: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
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
