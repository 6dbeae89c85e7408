variable "name" {
  description = "Name of the stream."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{1,128}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 128 letters, digits, _, . and -"
  }
}

variable "capacity" {
  description = "How throughput is bought: mode PROVISIONED with shard_count shards (1 MB/s or 1,000 records/s of input each), or ON_DEMAND, where shard_count is not used."
  type = object({
    mode        = optional(string, "PROVISIONED")
    shard_count = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["PROVISIONED", "ON_DEMAND"], var.capacity.mode)
    error_message = "capacity.mode is \"${var.capacity.mode}\"; allowed: PROVISIONED, ON_DEMAND"
  }

  validation {
    condition     = var.capacity.shard_count >= 1 && floor(var.capacity.shard_count) == var.capacity.shard_count
    error_message = "capacity.shard_count is ${var.capacity.shard_count}; allowed: a whole number of 1 or more"
  }
}

variable "retention_hours" {
  description = "How long the stream keeps a record. Delivery that is down for longer loses data; 168 h (7 days) gives a week to repair it."
  type        = number
  default     = 168
  nullable    = false

  validation {
    condition     = var.retention_hours >= 24 && var.retention_hours <= 8760 && floor(var.retention_hours) == var.retention_hours
    error_message = "retention_hours is ${var.retention_hours}; allowed: whole hours, 24 to 8760 (365 days)"
  }
}

variable "kms_key" {
  description = "Key that encrypts the stream: the ARN of a customer key, or alias/aws/kinesis for the one that AWS manages."
  type        = string
  default     = "alias/aws/kinesis"
  nullable    = false

  validation {
    condition     = var.kms_key == "alias/aws/kinesis" || can(regex("^arn:[a-z-]+:kms:", var.kms_key))
    error_message = "kms_key is \"${var.kms_key}\"; allowed: alias/aws/kinesis, or the ARN of a KMS key or alias"
  }
}

variable "shard_level_metrics" {
  description = "Metrics published per shard, at extra charge."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = length(setsubtract(var.shard_level_metrics, [
      "IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
      "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded", "ALL",
    ])) == 0
    error_message = "shard_level_metrics is [${join(", ", var.shard_level_metrics)}]; allowed: IncomingBytes, IncomingRecords, IteratorAgeMilliseconds, OutgoingBytes, OutgoingRecords, ReadProvisionedThroughputExceeded, WriteProvisionedThroughputExceeded, ALL"
  }
}

variable "consumers" {
  description = "Names of consumers with enhanced fan-out: each reads 2 MB/s per shard of its own, at extra charge."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.consumers) <= 20
    error_message = "consumers has ${length(var.consumers)} names; a stream has at most 20"
  }

  validation {
    condition     = alltrue([for name in var.consumers : can(regex("^[a-zA-Z0-9_.-]{1,128}$", name))])
    error_message = "consumers are called ${join(", ", [for name in var.consumers : "\"${name}\""])}; allowed: 1 to 128 letters, digits, _, . and -"
  }
}

variable "sharing" {
  description = <<-EOT
    Roles of other accounts, by their ARNs, that may read the stream, write to it, or read it with enhanced fan-out:
    consumer_role_arns has them by the name of the consumer (of consumers), whose ARN they subscribe with. They need the
    same in their own policies, and the key's policy must let them use it.
  EOT
  type = object({
    reader_role_arns   = optional(set(string), [])
    writer_role_arns   = optional(set(string), [])
    consumer_role_arns = optional(map(set(string)), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for arn in setunion(var.sharing.reader_role_arns, var.sharing.writer_role_arns, flatten(values(var.sharing.consumer_role_arns))) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "sharing has ${join(", ", setunion(var.sharing.reader_role_arns, var.sharing.writer_role_arns, flatten(values(var.sharing.consumer_role_arns))))}; allowed: ARNs of IAM roles"
  }

  validation {
    condition     = length(setsubtract(keys(var.sharing.consumer_role_arns), var.consumers)) == 0
    error_message = "sharing.consumer_role_arns names the consumers ${join(", ", keys(var.sharing.consumer_role_arns))}; those of the stream are [${join(", ", var.consumers)}]"
  }

  validation {
    condition     = length(setunion(var.sharing.reader_role_arns, var.sharing.writer_role_arns, flatten(values(var.sharing.consumer_role_arns)))) == 0 || var.kms_key != "alias/aws/kinesis"
    error_message = "sharing is set and kms_key is alias/aws/kinesis, which no other account can use; give the ARN of a customer key"
  }
}

variable "tags" {
  description = "Tags of the stream."
  type        = map(string)
  default     = {}
  nullable    = false
}
