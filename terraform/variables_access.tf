# Whose roles the lake uses, where its functions run, and who else may use it.

variable "role_path" {
  description = "Path of all roles."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
  }
}

variable "global_suffix" {
  description = "Ends the names of what is the account's and not a Region's: roles, managed policies, dashboard, budget. null for -<region>, so that the same lake can stand in two Regions; \"\" for a lake that a version before 2.0 has deployed, whose delivery streams another name of their role would replace (docs/upgrading.md)."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits, _ and -, or null"
  }
}

variable "existing_roles" {
  description = "Roles that are there already, by dataset, in the place of those of its pipeline, as in the pipeline module: of delivery, transform and crawler."
  type = map(object({
    delivery  = optional(object({ arn = string }))
    transform = optional(object({ arn = string }))
    crawler   = optional(object({ arn = string }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for dataset in keys(var.existing_roles) : fileexists("${var.schemas_dir}/${dataset}.schema.json")])
    error_message = "existing_roles is of ${join(", ", keys(var.existing_roles))}; allowed: datasets, which have their contracts in ${var.schemas_dir}"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds all roles; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "vpc_config" {
  description = "Subnets and security groups of the lake's functions, when they shall run in a VPC (with ways to Kinesis, S3, Athena, Glue and KMS)."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null
}

variable "sharing" {
  description = <<-EOT
    Roles of other accounts that use the lake: stream_readers read the streams of datasets (null: of all that the lake has),
    with the enhanced fan-out of a consumer if it is named (one of the stream's consumers); stream_writers put records to
    them; lake_writers are delivery roles that write into the data and raw buckets. They need the same in their own
    policies, and a lake with a customer key. Roles of this account need nothing of this: see access_policies.
  EOT
  type = object({
    stream_readers = optional(list(object({ role_arn = string, datasets = optional(set(string)), consumer = optional(string) })), [])
    stream_writers = optional(list(object({ role_arn = string, datasets = optional(set(string)) })), [])
    lake_writers   = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for arn in concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)) :
      can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))
    ])
    error_message = "sharing has ${join(", ", concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)))}; allowed: ARNs of IAM roles"
  }

  validation {
    condition = alltrue([
      for arn in concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)) :
      try(split(":", arn)[4], "") != var.account_id
    ])
    error_message = "sharing has ${join(", ", [for arn in concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)) : arn if try(split(":", arn)[4], "") == var.account_id])} of this account, ${var.account_id}; it is for other accounts: give roles of this one the policies of access_policies"
  }

  # AWS rule: a key that AWS manages can be used in its own account only.
  validation {
    condition     = var.customer_key || length(concat(var.sharing.stream_readers, var.sharing.stream_writers)) + length(var.sharing.lake_writers) == 0
    error_message = "sharing lets other accounts in and customer_key is false; no other account can use the keys that AWS manages: set customer_key = true"
  }

  validation {
    condition = alltrue([
      for dataset in flatten([for share in concat([for reader in var.sharing.stream_readers : reader.datasets], [for writer in var.sharing.stream_writers : writer.datasets]) : share == null ? [] : tolist(share)]) :
      fileexists("${var.schemas_dir}/${dataset}.schema.json") && !contains(keys(var.source_streams), dataset)
    ])
    error_message = "sharing names the datasets ${join(", ", distinct(flatten([for share in concat([for reader in var.sharing.stream_readers : reader.datasets], [for writer in var.sharing.stream_writers : writer.datasets]) : share == null ? [] : tolist(share)])))}; those with a stream of the lake's own are ${join(", ", [for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json") if !contains(keys(var.source_streams), trimsuffix(file, ".schema.json"))])}"
  }
}

variable "source_streams" {
  description = "Streams that are there already, of this account or another one, by the dataset that is read from them instead of from a stream of the lake's own: ARN, and the customer key that encrypts the stream, if one does. The stream's and the key's policies of another account must let the delivery role in, which is called <name>-<environment>-<dataset>-delivery."
  type = map(object({
    arn         = string
    kms_key_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for dataset in keys(var.source_streams) : fileexists("${var.schemas_dir}/${dataset}.schema.json")])
    error_message = "source_streams names ${join(", ", keys(var.source_streams))}; the contracts in ${var.schemas_dir} are ${join(", ", [for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json")])}"
  }

  validation {
    condition     = alltrue([for stream in values(var.source_streams) : can(regex("^arn:[a-z-]+:kinesis:${var.region}:[0-9]{12}:stream/[a-zA-Z0-9_.-]+$", stream.arn))])
    error_message = "source_streams has ${join(", ", values(var.source_streams)[*].arn)}; allowed: ARNs of Kinesis streams in ${var.region}, the Region of the lake"
  }
}
