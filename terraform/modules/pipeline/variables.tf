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
    condition     = length(var.name) + length(var.dataset) <= 54
    error_message = "\"${var.name}-${var.dataset}\" has ${length(var.name) + length(var.dataset) + 1} characters; allowed: 55, because its roles are called after it"
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
  description = "The Kinesis stream: mode PROVISIONED (with shard_count) or ON_DEMAND, retention, shard-level metrics, names of consumers with enhanced fan-out."
  type = object({
    mode                = optional(string, "PROVISIONED")
    shard_count         = optional(number, 1)
    retention_hours     = optional(number, 168)
    shard_level_metrics = optional(set(string), [])
    consumers           = optional(set(string), [])
  })
  default  = {}
  nullable = false
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
    How objects are written: format (parquet, orc, or json for GZIP JSON lines), size_mb and interval_seconds of buffering,
    time_zone of arrival-time partitions, retry_seconds of partitioned delivery, and partition_queries (key => jq 1.6
    expression) that find the partition keys in a pipeline without transform.
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
}

variable "backup" {
  description = "Raw backup of every source record: buffering and compression. Null for none (AWS never lets it be switched off again)."
  type = object({
    size_mb          = optional(number, 64)
    interval_seconds = optional(number, 300)
    compression      = optional(string, "GZIP")
  })
  default = {}
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
