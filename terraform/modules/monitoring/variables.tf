variable "name" {
  description = "Name of the lake: prefix of the alarms, name of topic, dashboard and budget."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,200}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 200 letters, digits, _ and -"
  }
}

variable "pipelines" {
  description = <<-EOT
    What to watch, by dataset: names of the Kinesis stream (null for direct PUT), delivery stream and transform function
    (null for none) with its timeout; whether records are converted (parquet or orc) or become rows of an Iceberg table;
    after how many seconds at most a record is delivered by the buffers' settings; bucket and prefix of error records.
  EOT
  type = map(object({
    stream_name          = optional(string)
    delivery_stream_name = string
    function_name        = optional(string)
    timeout_seconds      = optional(number, 120)
    converts             = optional(bool, true)
    iceberg              = optional(bool, false)
    delivery_seconds     = optional(number, 300)
    error_bucket         = string
    error_prefix         = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for pipeline in values(var.pipelines) : pipeline.timeout_seconds > 0 && pipeline.delivery_seconds >= 0])
    error_message = "pipelines have timeouts of ${join(", ", values(var.pipelines)[*].timeout_seconds)} and deliver within ${join(", ", values(var.pipelines)[*].delivery_seconds)} seconds; allowed: more than 0, and 0 or more"
  }
}

variable "workgroup_name" {
  description = "Athena workgroup whose scanned bytes are watched; null for none."
  type        = string
  default     = null
}

variable "thresholds" {
  description = <<-EOT
    When an alarm goes off: iterator_age_seconds (the reader of a stream is behind), late_seconds (delivery is later than the
    buffers explain), duration_share (of the function's timeout), scanned_bytes_per_day (by queries), and error_objects (per
    5 minutes).
  EOT
  type = object({
    iterator_age_seconds  = optional(number, 1800)
    late_seconds          = optional(number, 600)
    duration_share        = optional(number, 0.8)
    scanned_bytes_per_day = optional(number, 1099511627776)
    error_objects         = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.iterator_age_seconds > 0 && var.thresholds.late_seconds > 0
    error_message = "thresholds.iterator_age_seconds is ${var.thresholds.iterator_age_seconds} and late_seconds ${var.thresholds.late_seconds}; allowed: more than 0"
  }

  validation {
    condition     = var.thresholds.duration_share > 0 && var.thresholds.duration_share <= 1
    error_message = "thresholds.duration_share is ${var.thresholds.duration_share}; allowed: more than 0, up to 1"
  }

  validation {
    condition     = var.thresholds.scanned_bytes_per_day >= 0 && var.thresholds.error_objects >= 0
    error_message = "thresholds.scanned_bytes_per_day is ${var.thresholds.scanned_bytes_per_day} and error_objects ${var.thresholds.error_objects}; allowed: 0 or more"
  }
}

variable "count_error_objects" {
  description = "Whether S3 counts the objects under the error prefixes, at extra charge, for an alarm."
  type        = bool
  default     = true
  nullable    = false

  # AWS rule: a request metric's filter has a name of 64 characters at most.
  validation {
    condition     = !var.count_error_objects || alltrue([for dataset in keys(var.pipelines) : length(var.name) + length(dataset) <= 56])
    error_message = "count_error_objects gives S3 the filters ${join(", ", [for dataset in keys(var.pipelines) : "${var.name}-${dataset}-errors"])}; allowed: 64 characters each. Shorten name or the datasets' names, or count no objects"
  }
}

variable "notify" {
  description = <<-EOT
    Who hears of alarms: e-mail addresses (each must confirm) and https addresses by a topic of the module's, which
    kms_key_arn encrypts (the key's policy must let CloudWatch use it); or a topic of your own, topic_arn. When that topic
    is made in the same run, say create_topic = false beside its ARN.
  EOT
  type = object({
    emails       = optional(set(string), [])
    https        = optional(set(string), [])
    topic_arn    = optional(string)
    create_topic = optional(bool)
    kms_key_arn  = optional(string)
  })
  nullable = false

  validation {
    condition     = var.notify.topic_arn != null || var.notify.kms_key_arn != null
    error_message = "notify has neither kms_key_arn nor topic_arn. CloudWatch cannot publish to a topic that SNS's own key encrypts: give a customer key for the module's topic, or a topic of your own"
  }

  validation {
    condition     = var.notify.create_topic == null ? true : var.notify.create_topic == (var.notify.topic_arn == null)
    error_message = "notify.create_topic is ${coalesce(var.notify.create_topic, false)} and topic_arn ${coalesce(var.notify.topic_arn, "null")}; a topic is either made here (create_topic = true, no topic_arn) or given (create_topic = false, topic_arn)"
  }

  validation {
    condition     = alltrue([for email in var.notify.emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "notify.emails has ${join(", ", var.notify.emails)}; each must be an address such as data@example.org"
  }

  validation {
    condition     = alltrue([for address in var.notify.https : startswith(address, "https://")])
    error_message = "notify.https has ${join(", ", var.notify.https)}; each must start with https://"
  }

  validation {
    condition     = var.notify.topic_arn == null || length(setunion(var.notify.emails, var.notify.https)) == 0
    error_message = "notify.topic_arn is set, so subscribe to that topic yourself: emails and https must be empty"
  }
}

variable "dashboard" {
  description = "Whether there is a CloudWatch dashboard of the whole path."
  type        = bool
  default     = true
  nullable    = false
}

variable "budget" {
  description = "Monthly budget in USD, the shares in percent that are told of when reached (and when forecast to be reached, for 100), and the tag whose cost counts (null: the whole account's). Null for no budget."
  type = object({
    monthly_usd = number
    percents    = optional(set(number), [50, 80, 100])
    tag         = optional(object({ key = string, value = string }))
  })
  default = null

  validation {
    condition     = var.budget == null ? true : var.budget.monthly_usd > 0
    error_message = "budget.monthly_usd is ${try(var.budget.monthly_usd, 0)}; allowed: more than 0"
  }

  validation {
    condition     = var.budget == null ? true : length(var.budget.percents) > 0 && length(var.budget.percents) <= 9 && alltrue([for percent in var.budget.percents : percent > 0 && percent <= 1000])
    error_message = "budget.percents is [${join(", ", try(var.budget.percents, []))}]; allowed: 1 to 9 numbers, more than 0 and up to 1000 (a budget tells of 10 things at most, one of them the forecast)"
  }

  validation {
    condition     = var.budget == null || length(var.name) <= 100
    error_message = "name has ${length(var.name)} characters; allowed with a budget: 100, for the budget has it too"
  }
}

variable "global_suffix" {
  description = "Ends the name of the dashboard and the budget, which are the account's and not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits, _ and -, or null"
  }
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
