variable "name" {
  description = "Name of the function; its role and log group are called after it."
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the function does."
  type        = string
  default     = "Validates, enriches and partitions the records of a delivery stream"
  nullable    = false
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
}

variable "handler" {
  description = "Function in the zip that Lambda calls."
  type        = string
  default     = "lambda_transform.handler.handler"
  nullable    = false
}

variable "runtime" {
  description = "Python version that runs the function."
  type        = string
  default     = "python3.13"
  nullable    = false
}

variable "architecture" {
  description = "Processor that runs the function: arm64 is cheaper, x86_64 is needed by some compiled libraries."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "memory_mb" {
  description = "Memory of the function in MB; its share of a processor grows with it."
  type        = number
  default     = 512
  nullable    = false
}

variable "timeout_seconds" {
  description = "Longest run of the function in seconds. A delivery stream waits no longer than 5 minutes, whatever stands here."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 300
    error_message = "timeout_seconds is ${var.timeout_seconds}; allowed: 1 to 300, because Firehose gives up after 5 minutes"
  }
}

variable "reserved_concurrency" {
  description = "Concurrent runs that are reserved for the function and are also its limit; -1 for no reservation."
  type        = number
  default     = -1
  nullable    = false
}

variable "environment" {
  description = "Environment variables of the function."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "vpc_config" {
  description = "Subnets and security groups of the function, when it shall run in a VPC."
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
  description = "ARN of the policy that bounds the function's role; null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
