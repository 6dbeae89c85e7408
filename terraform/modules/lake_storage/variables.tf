variable "name" {
  description = "Prefix of the bucket names: <name>-<purpose>-<account>-<region>, where purpose is data, raw or results."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,25}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 2 to 26 lower-case letters, digits and - (a bucket's whole name has at most 63)"
  }
}

variable "bucket_names" {
  description = "Whole names for buckets that shall not be called after the name."
  type = object({
    data    = optional(string)
    raw     = optional(string)
    results = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in values(var.bucket_names) : name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))])
    error_message = "bucket_names has ${join(", ", [for name in values(var.bucket_names) : "\"${name}\"" if name != null])}; allowed: 3 to 63 lower-case letters, digits, . and -, starting and ending with a letter or digit"
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the buckets, with bucket keys; null for S3's own keys (SSE-S3)."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the buckets deletes the objects in them."
  type        = bool
  default     = false
  nullable    = false
}

variable "data_lifecycle" {
  description = "What happens to data objects with age: transitions to other storage classes, and expiration (null: kept for ever)."
  type = object({
    transitions     = optional(list(object({ days = number, storage_class = string })), [{ days = 90, storage_class = "STANDARD_IA" }])
    expiration_days = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for transition in var.data_lifecycle.transitions :
      contains(["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], transition.storage_class)
    ])
    error_message = "data_lifecycle.transitions has storage classes ${join(", ", var.data_lifecycle.transitions[*].storage_class)}; allowed: STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE"
  }

  validation {
    condition = alltrue([
      for transition in var.data_lifecycle.transitions : transition.days >= (contains(["STANDARD_IA", "ONEZONE_IA"], transition.storage_class) ? 30 : 0)
    ])
    error_message = "data_lifecycle.transitions is after ${join(", ", var.data_lifecycle.transitions[*].days)} days; allowed: 0 or more, and 30 or more for STANDARD_IA and ONEZONE_IA"
  }

  validation {
    condition     = var.data_lifecycle.expiration_days == null ? true : alltrue([for transition in var.data_lifecycle.transitions : var.data_lifecycle.expiration_days > transition.days])
    error_message = "data_lifecycle.expiration_days is ${coalesce(var.data_lifecycle.expiration_days, 0)}; it must be later than every transition (${join(", ", var.data_lifecycle.transitions[*].days)})"
  }
}

variable "error_expiration_days" {
  description = "Days to keep error objects (under errors/ in the data bucket); null to keep them for ever."
  type        = number
  default     = 90

  validation {
    condition     = var.error_expiration_days == null ? true : var.error_expiration_days >= 1
    error_message = "error_expiration_days is ${coalesce(var.error_expiration_days, 0)}; allowed: 1 or more, or null"
  }
}

variable "raw_expiration_days" {
  description = "Days to keep the raw backup of source records."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.raw_expiration_days >= 1
    error_message = "raw_expiration_days is ${var.raw_expiration_days}; allowed: 1 or more"
  }
}

variable "results_expiration_days" {
  description = "Days to keep query results."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.results_expiration_days >= 1
    error_message = "results_expiration_days is ${var.results_expiration_days}; allowed: 1 or more"
  }
}

variable "noncurrent_expiration_days" {
  description = "Days to keep an object's version after it was overwritten or deleted."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.noncurrent_expiration_days >= 1
    error_message = "noncurrent_expiration_days is ${var.noncurrent_expiration_days}; allowed: 1 or more"
  }
}

variable "writer_role_arns" {
  description = "Delivery roles of other accounts that may write into the data and raw buckets. They need the same in their own policies, and the key's policy must let them use it."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.writer_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "writer_role_arns has ${join(", ", var.writer_role_arns)}; allowed: ARNs of IAM roles"
  }
}

variable "access_logging" {
  description = "Bucket that receives the access logs of the three buckets, and the prefix before <bucket name>/; null for none."
  type = object({
    bucket = string
    prefix = optional(string, "")
  })
  default = null
}

variable "tags" {
  description = "Tags of the buckets."
  type        = map(string)
  default     = {}
  nullable    = false
}
