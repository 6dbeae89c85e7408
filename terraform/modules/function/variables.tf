variable "name" {
  description = "Name of the function; its role and log group are called after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 64 letters, digits, _ and - (the role has the same name)"
  }
}

variable "description" {
  description = "What the function does."
  type        = string
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

  validation {
    condition     = (var.package.path == null) != (var.package.s3 == null)
    error_message = "package has path ${coalesce(var.package.path, "null")} and s3 ${var.package.s3 == null ? "null" : "set"}; give exactly one of them"
  }
}

variable "handler" {
  description = "Function in the zip that Lambda calls, as <module>.<function>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)+$", var.handler))
    error_message = "handler is \"${var.handler}\"; allowed: <module>.<function>, such as lambda_publisher.handler.handler"
  }
}

variable "runtime" {
  description = "Python version that runs the function."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = contains(["python3.11", "python3.12", "python3.13"], var.runtime)
    error_message = "runtime is \"${var.runtime}\"; allowed: python3.11, python3.12, python3.13"
  }
}

variable "architecture" {
  description = "Processor that runs the function: arm64 is cheaper, x86_64 is needed by some compiled libraries."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is \"${var.architecture}\"; allowed: arm64, x86_64"
  }
}

variable "memory_mb" {
  description = "Memory of the function in MB; its share of a processor grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb is ${var.memory_mb}; allowed: 128 to 10240"
  }
}

variable "timeout_seconds" {
  description = "Longest run of the function in seconds."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds is ${var.timeout_seconds}; allowed: 1 to 900"
  }
}

variable "reserved_concurrency" {
  description = "Concurrent runs that are reserved for the function and are also its limit; -1 for no reservation."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "reserved_concurrency is ${var.reserved_concurrency}; allowed: -1 (none), or 1 and more (0 would stop the function)"
  }
}

variable "environment" {
  description = "Environment variables of the function."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "policy" {
  description = "JSON policy document of what the function may do beside writing its own log; null for nothing."
  type        = string
  default     = null

  # AWS rule: the policies that stand in a role have 10,240 characters in sum, spaces not counted. The module's own
  # statements take up to 1,000 of them.
  validation {
    condition     = var.policy == null ? true : can(jsondecode(var.policy)) && length(try(jsonencode(jsondecode(var.policy)), "")) <= 9200
    error_message = "policy has ${try(length(jsonencode(jsondecode(coalesce(var.policy, "null")))), "no JSON and ${length(coalesce(var.policy, "-"))}")} characters; allowed: JSON of 9200 without spaces, for IAM takes 10240 in a role and the function's own statements need the rest. Let several functions share the work"
  }
}

variable "retries" {
  description = "How often Lambda runs the function again after an asynchronous run has failed; null for a function that nobody calls asynchronously."
  type        = number
  default     = 0

  validation {
    condition     = var.retries == null ? true : contains([0, 1, 2], var.retries)
    error_message = "retries is ${coalesce(var.retries, "null")}; allowed: 0, 1, 2, or null"
  }
}

variable "vpc_config" {
  description = "Subnets and security groups of the function, when it shall run in a VPC."
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
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
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
  description = "ARN of a role that is there already, which takes the place of the one that the module makes: it has to trust lambda.amazonaws.com and to allow what the output role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
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

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
