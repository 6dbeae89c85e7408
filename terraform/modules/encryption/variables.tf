variable "name" {
  description = "Name of the key's alias, without \"alias/\"."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9/_-]{1,250}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "name is \"${var.name}\"; allowed: 1 to 250 letters, digits, /, _ and -, not starting with aws/"
  }
}

variable "description" {
  description = "What the key protects."
  type        = string
  default     = "Encrypts a streaming data lake: buckets, stream, logs"
  nullable    = false
}

variable "deletion_window_days" {
  description = "Days between the key's destruction and its end, in which it can be recovered."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days is ${var.deletion_window_days}; allowed: 7 to 30"
  }
}

variable "rotation_days" {
  description = "Days between two rotations of the key material."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.rotation_days >= 90 && var.rotation_days <= 2560
    error_message = "rotation_days is ${var.rotation_days}; allowed: 90 to 2560"
  }
}

variable "services" {
  description = "Services through which the account's principals may use the key, as they stand in kms:ViaService before the Region."
  type        = set(string)
  default     = ["athena", "firehose", "kinesis", "lambda", "s3", "sns"]
  nullable    = false

  validation {
    condition     = length(var.services) > 0 && alltrue([for service in var.services : can(regex("^[a-z0-9-]+$", service))])
    error_message = "services is [${join(", ", var.services)}]; give one or more names of lower-case letters, digits and -, such as s3"
  }
}

variable "log_group_patterns" {
  description = "Names of the log groups that CloudWatch Logs may encrypt with the key; * stands for anything."
  type        = set(string)
  default     = ["*"]
  nullable    = false
}

variable "alarm_topics" {
  description = "Whether CloudWatch alarms and Budgets may publish to topics that are encrypted with the key."
  type        = bool
  default     = false
  nullable    = false
}

variable "user_role_arns" {
  description = "Roles of other accounts that may use the key through the lake's services: those that read a shared stream or write into a shared lake."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.user_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "user_role_arns has ${join(", ", var.user_role_arns)}; allowed: ARNs of IAM roles"
  }
}

variable "tags" {
  description = "Tags of the key."
  type        = map(string)
  default     = {}
  nullable    = false
}
