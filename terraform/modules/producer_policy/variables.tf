variable "streams" {
  description = "Kinesis streams to put records to: ARN, and the ARN of the key that encrypts the stream (null: the one that AWS manages, which needs no permission)."
  type = list(object({
    arn         = string
    kms_key_arn = optional(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for stream in var.streams : can(regex("^arn:[a-z-]+:kinesis:[a-z0-9-]+:[0-9]{12}:stream/[a-zA-Z0-9_.-]+$", stream.arn))])
    error_message = "streams have the ARNs ${join(", ", var.streams[*].arn)}; allowed: ARNs of Kinesis streams, without wildcards"
  }

  validation {
    condition     = length(var.streams) + length(var.delivery_stream_arns) > 0
    error_message = "streams and delivery_stream_arns are both empty; give at least one stream to put records to"
  }
}

variable "delivery_stream_arns" {
  description = "Delivery streams that take records directly, without a Kinesis stream."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.delivery_stream_arns : can(regex("^arn:[a-z-]+:firehose:[a-z0-9-]+:[0-9]{12}:deliverystream/[a-zA-Z0-9_.-]+$", arn))])
    error_message = "delivery_stream_arns are ${join(", ", var.delivery_stream_arns)}; allowed: ARNs of delivery streams, without wildcards"
  }
}

variable "single_records" {
  description = "Whether records may be put one at a time too (PutRecord); the producers of this project put batches only."
  type        = bool
  default     = false
  nullable    = false
}

variable "read_shards" {
  description = "Whether the producer may look up the shards of its streams, as the Kinesis Producer Library does to aggregate records by shard."
  type        = bool
  default     = false
  nullable    = false
}

variable "metric_namespaces" {
  description = "CloudWatch namespaces that the producer may publish its own metrics to, such as AWSKinesisAgent or KinesisProducerLibrary."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "policy" {
  description = "A managed policy of the document, to be attached to roles and groups: name, path, description. Null for the document alone."
  type = object({
    name        = string
    path        = optional(string, "/")
    description = optional(string, "Puts records to the streams of a lake")
  })
  default = null

  validation {
    condition     = var.policy == null ? true : can(regex("^[a-zA-Z0-9+=,.@_-]{1,128}$", var.policy.name))
    error_message = "policy.name is \"${try(var.policy.name, "")}\"; allowed: 1 to 128 letters, digits and +=,.@_-"
  }
}

variable "tags" {
  description = "Tags of the managed policy."
  type        = map(string)
  default     = {}
  nullable    = false
}
