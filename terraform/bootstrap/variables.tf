# `make bootstrap` gives all of these but the last two.

variable "account_id" {
  description = "The only account that may be changed."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\"; allowed: 12 digits"
  }
}

variable "region" {
  description = "Region of the state, and of the lakes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\"; allowed: a Region such as us-east-1"
  }
}

variable "name" {
  description = "What the lakes are called; the same as the root stack's name."
  type        = string
  default     = "streamlake"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 2 to 16 lower-case letters, digits and -, starting with a letter"
  }
}

variable "bucket_name" {
  description = "Name of the bucket for the states of the lakes in this account and Region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is \"${var.bucket_name}\"; allowed: 3 to 63 lower-case letters, digits, dots and -"
  }
}

variable "deployers" {
  description = "Environments for which policies are made that a role needs to deploy their lake, with what its settings say of roles and tables; none by default, for those who deploy as administrators."
  type = map(object({
    role_path                = optional(string, "/")
    permissions_boundary_arn = optional(string)
    iceberg_tables           = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for environment in keys(var.deployers) : can(regex("^[a-z][a-z0-9]{0,14}$", environment))])
    error_message = "deployers has the environments ${join(", ", keys(var.deployers))}; allowed: names of files in terraform/environments, without .tfvars"
  }
}

variable "noncurrent_days" {
  description = "Days for which old versions of a state are kept: the time to notice that one was spoilt."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "noncurrent_days is ${var.noncurrent_days}; allowed: 1 or more"
  }
}
