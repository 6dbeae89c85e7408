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

  # AWS rule: objects go from one class to the next in this order, each transition later than the one before.
  validation {
    condition = alltrue([
      for position in range(1, length(var.data_lifecycle.transitions)) :
      try(index(["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.data_lifecycle.transitions[position].storage_class), 9) > try(index(["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.data_lifecycle.transitions[position - 1].storage_class), 0) &&
      var.data_lifecycle.transitions[position].days >= var.data_lifecycle.transitions[position - 1].days + (contains(["STANDARD_IA", "ONEZONE_IA"], var.data_lifecycle.transitions[position - 1].storage_class) ? 30 : 1)
    ])
    error_message = "data_lifecycle.transitions is ${join(", ", [for transition in var.data_lifecycle.transitions : "${transition.storage_class} after ${transition.days} days"])}; each must be later than the one before (30 days later after STANDARD_IA and ONEZONE_IA), in the order STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE"
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

variable "bucket_policies" {
  description = "Statements of your own in the policies of the buckets, as JSON policy documents by purpose. A Sid of DenyWithoutTls, DenyOldTls, FindFromElsewhere or WriteFromElsewhere is the module's own."
  type = object({
    data    = optional(string)
    raw     = optional(string)
    results = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for document in values(var.bucket_policies) : document == null ? true : can(jsondecode(document).Statement)])
    error_message = "bucket_policies of ${join(", ", [for purpose, document in var.bucket_policies : purpose if document != null])} must be JSON policy documents with a Statement, as data.aws_iam_policy_document renders them"
  }

  validation {
    condition = alltrue(flatten([
      for document in values(var.bucket_policies) : [
        for statement in try(flatten([jsondecode(document).Statement]), []) : !contains(["DenyWithoutTls", "DenyOldTls", "FindFromElsewhere", "WriteFromElsewhere"], try(statement.Sid, ""))
      ] if document != null
    ]))
    error_message = "bucket_policies of ${join(", ", [for purpose, document in var.bucket_policies : purpose if document != null])} have statements with a Sid of the module's own (DenyWithoutTls, DenyOldTls, FindFromElsewhere, WriteFromElsewhere); call them otherwise"
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

variable "replication" {
  description = <<-EOT
    Copies of the buckets data and raw, by data and raw: the bucket that receives them, which must exist, have versioning and,
    in another account (account_id), a policy that lets the role in (output replication_role_arn); the key that encrypts the
    copies, required exactly when kms_key_arn is set, in the Region of that bucket; storage class; prefix of what is
    copied; and whether delete markers are copied too, so that what is deleted here (by compaction, say) is hidden there.
    Only what is written after this is set is copied. Nothing that a lifecycle rule deletes is deleted there.
  EOT
  type = map(object({
    bucket         = string
    account_id     = optional(string)
    kms_key_arn    = optional(string)
    storage_class  = optional(string, "STANDARD")
    prefix         = optional(string, "")
    delete_markers = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.replication), ["data", "raw"])) == 0
    error_message = "replication is of ${join(", ", keys(var.replication))}; allowed: data, raw (query results are made anew by their query)"
  }

  validation {
    condition     = alltrue([for copy in values(var.replication) : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", copy.bucket))])
    error_message = "replication goes to ${join(", ", [for copy in values(var.replication) : "\"${copy.bucket}\""])}; allowed: names of buckets, 3 to 63 lower-case letters, digits, . and -"
  }

  validation {
    condition     = alltrue([for copy in values(var.replication) : copy.account_id == null || can(regex("^[0-9]{12}$", copy.account_id))])
    error_message = "replication goes to the accounts ${join(", ", [for copy in values(var.replication) : "\"${copy.account_id}\"" if copy.account_id != null])}; allowed: 12 digits, or null for this account"
  }

  validation {
    condition     = alltrue([for copy in values(var.replication) : (copy.kms_key_arn == null) == (var.kms_key_arn == null)])
    error_message = "replication has keys for ${join(", ", [for purpose, copy in var.replication : purpose if copy.kms_key_arn != null])} and kms_key_arn is ${var.kms_key_arn == null ? "null" : "set"}; S3 copies what KMS encrypts only with a key for the copies, and needs none for what it encrypts itself"
  }

  validation {
    condition     = alltrue([for copy in values(var.replication) : copy.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", copy.kms_key_arn))])
    error_message = "replication has the keys ${join(", ", [for copy in values(var.replication) : "\"${copy.kms_key_arn}\"" if copy.kms_key_arn != null])}; allowed: ARNs of KMS keys"
  }

  validation {
    condition     = alltrue([for copy in values(var.replication) : contains(["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], copy.storage_class)])
    error_message = "replication has the storage classes ${join(", ", values(var.replication)[*].storage_class)}; allowed: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE"
  }
}

variable "role_path" {
  description = "Path of the role that copies."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
  }
}

variable "global_suffix" {
  description = "Ends the name of the role that copies: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "existing_replication_role" {
  description = "ARN of a role that is there already, which takes the place of the role that copies: it has to trust s3.amazonaws.com and to allow what the output replication_role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.existing_replication_role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.existing_replication_role.arn))
    error_message = "existing_replication_role.arn is \"${try(var.existing_replication_role.arn, "null")}\"; allowed: the ARN of an IAM role"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the role that copies; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "tags" {
  description = "Tags of the buckets and the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
