variable "name" {
  description = "Name of the lake whose deployer this is: what it makes is called <name>..., such as streamlake-dev."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 2 to 25 lower-case letters, digits and -, starting with a letter"
  }
}

variable "key_tags" {
  description = "Tags that the lake's KMS key carries and no other key does: a key has no name by which its ARN could be told."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.key_tags) > 0
    error_message = "key_tags is empty; give at least one tag, or the deployer could change every key of the account"
  }
}

variable "role_path" {
  description = "Path under which the deployer may make roles: the lake's own role path."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([a-zA-Z0-9+=,.@_-]+/)*$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: a path that starts and ends with /"
  }
}

variable "permissions_boundary_arn" {
  description = "Boundary that every role the deployer makes must carry, so that it cannot make one with more rights than that; null for no such condition."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "state" {
  description = "Bucket with Terraform's state and the prefix of the lake's keys in it; the key of the default workspace's state, which `terraform init` reads (the backend's key); and the ARN of the KMS key that encrypts them. null when the state is elsewhere."
  type = object({
    bucket      = string
    prefix      = optional(string, "")
    default_key = optional(string)
    kms_key_arn = optional(string)
  })
  default = null
}

variable "iceberg_tables" {
  description = "Whether the lake has Iceberg tables, whose first metadata is written with the rights of whoever makes them."
  type        = bool
  default     = false
  nullable    = false
}

variable "global_suffix" {
  description = "Ends the name of each policy: policies are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits, _ and -, or null"
  }
}

variable "create" {
  description = "Whether the policies are made in IAM, one for each document; otherwise only the documents are given."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the policies."
  type        = map(string)
  default     = {}
  nullable    = false
}
