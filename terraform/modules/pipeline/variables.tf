variable "name" {
  description = "Prefix of everything the pipeline makes: <name>-<dataset>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: up to 32 lower-case letters, digits and -, starting with a letter"
  }
}

variable "dataset" {
  description = "Name of the dataset: the Glue table, and the folder in the buckets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,39}$", var.dataset))
    error_message = "dataset is \"${var.dataset}\"; allowed: up to 40 lower-case letters, digits and _, starting with a letter"
  }

  validation {
    condition     = length(var.name) + length(var.dataset) <= 53
    error_message = "\"${var.name}-${var.dataset}\" has ${length(var.name) + length(var.dataset) + 1} characters; allowed: 54, because its roles are called after it (<name>-<dataset>-transform has 64 at most)"
  }
}

variable "contract" {
  description = "The text of the dataset's data contract, as read by file(): columns, partition keys and all else that is known of its fields."
  type        = string
  nullable    = false
}

variable "buckets" {
  description = "Names of the buckets for data (and error records) and for the raw backup."
  type = object({
    data = string
    raw  = string
  })
  nullable = false
}

variable "database_name" {
  description = "Glue database for the table; it must exist."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts stream, buckets and logs; null for the keys that AWS manages."
  type        = string
  default     = null
}

variable "stream" {
  description = "The Kinesis stream: mode PROVISIONED (with shard_count) or ON_DEMAND, retention, shard-level metrics, names of consumers with enhanced fan-out, and roles of other accounts that read or write it, as in the stream module."
  type = object({
    mode                = optional(string, "PROVISIONED")
    shard_count         = optional(number, 1)
    retention_hours     = optional(number, 168)
    shard_level_metrics = optional(set(string), [])
    consumers           = optional(set(string), [])
    sharing = optional(object({
      reader_role_arns   = optional(set(string), [])
      writer_role_arns   = optional(set(string), [])
      consumer_role_arns = optional(map(set(string)), {})
    }), {})
  })
  default  = {}
  nullable = false
}

variable "source_stream" {
  description = "A stream that is there already, of this account or another one, instead of one of the pipeline's own (stream is then not used): its ARN, and that of the customer key which encrypts it. The stream's and the key's policies of another account must let the delivery role in, which is called <name>-<dataset>-delivery."
  type = object({
    arn         = string
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.source_stream == null ? true : can(regex("^arn:[a-z-]+:kinesis:[a-z0-9-]+:[0-9]{12}:stream/[a-zA-Z0-9_.-]+$", var.source_stream.arn))
    error_message = "source_stream.arn is \"${try(var.source_stream.arn, "null")}\"; allowed: the ARN of a Kinesis stream, or source_stream = null"
  }

  validation {
    condition     = try(var.source_stream.kms_key_arn, null) == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.source_stream.kms_key_arn))
    error_message = "source_stream.kms_key_arn is \"${try(coalesce(var.source_stream.kms_key_arn, "null"), "null")}\"; allowed: the ARN of a KMS key (not an alias, which a policy cannot name), or null"
  }

  validation {
    condition     = var.source_stream == null || length(var.stream.consumers) + length(var.stream.sharing.reader_role_arns) + length(var.stream.sharing.writer_role_arns) + length(var.stream.sharing.consumer_role_arns) == 0
    error_message = "stream has consumers or sharing, and source_stream is ${try(var.source_stream.arn, "null")}; they are for a stream of the pipeline's own: let whoever made that one add them there"
  }
}

variable "transform" {
  description = "The transform function: its package (path of a zip, or an object in S3), memory, timeout, and how records are handed to it. Null for a pipeline without one: records are then delivered as they were produced, and derived fields stay empty."
  type = object({
    package_path         = optional(string)
    package_s3           = optional(object({ bucket = string, key = string, version = optional(string) }))
    runtime              = optional(string, "python3.13")
    architecture         = optional(string, "arm64")
    memory_mb            = optional(number, 512)
    timeout_seconds      = optional(number, 120)
    reserved_concurrency = optional(number, -1)
    tracing              = optional(bool, false)
    environment          = optional(map(string), {})
    buffer_size_mb       = optional(number, 1)
    interval_seconds     = optional(number, 60)
    retries              = optional(number, 3)
  })
  default = null
}

variable "delivery" {
  description = <<-EOT
    How objects are written: format (parquet, orc, json for GZIP JSON lines, or iceberg: rows are committed to an Iceberg
    table, which has no partitions and, on AWS, no raw backup beside it), size_mb and interval_seconds of buffering,
    time_zone of arrival-time partitions, retry_seconds of partitioned delivery and of commits, and partition_queries
    (key => jq 1.6 expression) that find the partition keys in a pipeline without transform.
  EOT
  type = object({
    format             = optional(string, "parquet")
    column_compression = optional(string, "SNAPPY")
    compression        = optional(string, "GZIP")
    size_mb            = optional(number, 128)
    interval_seconds   = optional(number, 300)
    time_zone          = optional(string, "UTC")
    retry_seconds      = optional(number, 300)
    file_extension     = optional(string)
    partition_queries  = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["parquet", "orc", "json", "iceberg"], var.delivery.format)
    error_message = "delivery.format is \"${var.delivery.format}\"; allowed: parquet, orc, json, iceberg"
  }

  validation {
    condition     = var.delivery.format != "iceberg" || length(var.delivery.partition_queries) == 0
    error_message = "delivery.partition_queries are of ${join(", ", keys(var.delivery.partition_queries))} and the format is iceberg; an Iceberg table has no folders to find keys for"
  }
}

variable "backup" {
  description = "Raw backup of every source record: buffering and compression. Null for none (AWS never lets it be switched off again)."
  type = object({
    size_mb          = optional(number, 64)
    interval_seconds = optional(number, 300)
    compression      = optional(string, "GZIP")
  })
  default = {}

  validation {
    condition     = var.backup == null || var.delivery.format != "iceberg"
    error_message = "backup is wanted and delivery.format is iceberg; Firehose backs up nothing beside an Iceberg table but what it could not deliver. Say backup = null (in the root stack: backup = { enabled = false })"
  }
}

variable "table" {
  description = "The Glue table: how partitions are found (partition_discovery: projection by Athena, a crawler on crawler_schedule, or none, when statements register them), and the years of arrival-time partitions."
  type = object({
    partition_discovery = optional(string, "projection")
    crawler_schedule    = optional(string, "cron(15,45 * * * ? *)")
    arrival_years       = optional(object({ first = optional(number, 2025), last = optional(number, 2035) }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.table.partition_discovery != "crawler" || var.delivery.format != "iceberg"
    error_message = "table.partition_discovery is crawler and delivery.format is iceberg; an Iceberg table finds its files by itself, leave partition_discovery out"
  }
}

variable "views" {
  description = "Which views are made: deduplicated (one row of each unique key), kinds (one for each kind of record in the contract, with its fields as columns), errors (records that could not be delivered)."
  type = object({
    deduplicated = optional(bool, true)
    kinds        = optional(bool, true)
    errors       = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "error_days" {
  description = "How many days back Athena looks for error records: as long as they are kept."
  type        = number
  default     = 90
  nullable    = false
}

variable "log_retention_days" {
  description = "Days to keep the log lines of the function and of delivery."
  type        = number
  default     = 30
  nullable    = false
}

variable "vpc_config" {
  description = "Subnets and security groups of the transform function, when it shall run in a VPC."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null

  validation {
    condition     = var.vpc_config == null ? true : length(var.vpc_config.subnet_ids) > 0 && length(var.vpc_config.security_group_ids) > 0
    error_message = "vpc_config has ${try(length(var.vpc_config.subnet_ids), 0)} subnets and ${try(length(var.vpc_config.security_group_ids), 0)} security groups; give at least one of each, or null for no VPC"
  }
}

variable "role_path" {
  description = "Path of the pipeline's roles."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
  }
}

variable "global_suffix" {
  description = "Ends the name of the pipeline's roles: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "existing_roles" {
  description = "ARNs of roles that are there already and take the place of the pipeline's own: of the delivery stream, of the transform function, of the crawler. What each has to allow is in the output role_policies."
  type = object({
    delivery  = optional(object({ arn = string }))
    transform = optional(object({ arn = string }))
    crawler   = optional(object({ arn = string }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for role in values(var.existing_roles) : role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", role.arn))])
    error_message = "existing_roles has ${join(", ", [for role in values(var.existing_roles) : "\"${role.arn}\"" if role != null])}; allowed: ARNs of IAM roles"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the pipeline's roles; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "tags" {
  description = "Tags of everything in the pipeline."
  type        = map(string)
  default     = {}
  nullable    = false
}
