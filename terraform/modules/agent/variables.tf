variable "flows" {
  description = <<-EOT
    What the agent follows and where it sends it: file_pattern, and a stream (ARN and key) or a delivery_stream_arn.
    partition_key is RANDOM or DETERMINISTIC (by the record's content), from is the part of a file that is there when the
    agent first sees it (START_OF_FILE, END_OF_FILE), buffering says when records are sent, record_start_pattern is a regular
    expression of the first line of records of several lines, processing turns lines into JSON before they are sent.
  EOT
  type = list(object({
    file_pattern         = string
    stream               = optional(object({ arn = string, kms_key_arn = optional(string) }))
    delivery_stream_arn  = optional(string)
    partition_key        = optional(string)
    from                 = optional(string)
    header_lines         = optional(number)
    record_start_pattern = optional(string)
    truncated_terminator = optional(string)
    poll_milliseconds    = optional(number)
    buffering = optional(object({
      age_seconds = optional(number)
      records     = optional(number)
      size_bytes  = optional(number)
    }), {})
    processing = optional(list(object({
      option        = string
      field_names   = optional(list(string))
      delimiter     = optional(string)
      log_format    = optional(string)
      match_pattern = optional(string)
    })), [])
  }))
  nullable = false

  validation {
    condition     = length(var.flows) > 0 && alltrue([for flow in var.flows : startswith(flow.file_pattern, "/")])
    error_message = "flows follow ${join(", ", var.flows[*].file_pattern)}; give at least one, with an absolute path such as /var/log/app/*.log"
  }

  validation {
    condition     = alltrue([for flow in var.flows : (flow.stream == null) != (flow.delivery_stream_arn == null)])
    error_message = "each flow has a stream or a delivery_stream_arn; wrong for: ${join(", ", [for flow in var.flows : flow.file_pattern if(flow.stream == null) == (flow.delivery_stream_arn == null)])}"
  }

  validation {
    condition     = alltrue([for flow in var.flows : flow.partition_key == null ? true : flow.stream != null && contains(["RANDOM", "DETERMINISTIC"], flow.partition_key)])
    error_message = "partition_key is ${join(", ", compact(var.flows[*].partition_key))}; allowed: RANDOM or DETERMINISTIC, and only to a stream"
  }

  validation {
    condition     = alltrue([for flow in var.flows : contains(["START_OF_FILE", "END_OF_FILE"], coalesce(flow.from, "END_OF_FILE"))])
    error_message = "from is ${join(", ", compact(var.flows[*].from))}; allowed: START_OF_FILE, END_OF_FILE"
  }

  validation {
    condition     = alltrue([for flow in var.flows : coalesce(flow.header_lines, 0) >= 0 && coalesce(flow.poll_milliseconds, 100) >= 1])
    error_message = "header_lines must not be negative, and poll_milliseconds is at least 1; wrong for: ${join(", ", [for flow in var.flows : flow.file_pattern if coalesce(flow.header_lines, 0) < 0 || coalesce(flow.poll_milliseconds, 100) < 1])}"
  }

  validation {
    condition = alltrue([for flow in var.flows :
      coalesce(flow.buffering.age_seconds, 60) >= 1 && coalesce(flow.buffering.age_seconds, 60) <= 900 &&
      coalesce(flow.buffering.records, 500) >= 1 && coalesce(flow.buffering.records, 500) <= 500 &&
      coalesce(flow.buffering.size_bytes, 4194304) >= 1 && coalesce(flow.buffering.size_bytes, 4194304) <= 4194304
    ])
    error_message = "buffering is ${jsonencode(var.flows[*].buffering)}; allowed: age_seconds 1 to 900, records 1 to 500, size_bytes 1 to 4194304"
  }

  validation {
    condition = alltrue(flatten([for flow in var.flows : [for step in flow.processing :
      step.option == "SINGLELINE" ? true :
      step.option == "CSVTOJSON" ? length(coalesce(step.field_names, [])) > 0 :
      step.option == "LOGTOJSON" && contains(["COMMONAPACHELOG", "COMBINEDAPACHELOG", "APACHEERRORLOG", "SYSLOG"], coalesce(step.log_format, "none"))
    ]]))
    error_message = "processing is ${jsonencode(var.flows[*].processing)}; allowed: SINGLELINE, CSVTOJSON with field_names, LOGTOJSON with a log_format of COMMONAPACHELOG, COMBINEDAPACHELOG, APACHEERRORLOG or SYSLOG"
  }
}

variable "metrics" {
  description = "Whether the agent publishes metrics of its own to CloudWatch."
  type        = bool
  default     = true
  nullable    = false
}

variable "assume_role" {
  description = "Role that the agent takes on, with its external id: for machines in another account. Null when the machine's own credentials are used."
  type = object({
    arn         = string
    external_id = optional(string)
  })
  default = null
}

variable "file" {
  description = "Local file that the configuration is also written to, on the machine that runs Terraform; null for none."
  type        = string
  default     = null
}

variable "policy" {
  description = "A managed policy of what the agent may do, to be attached to the machines' role: name, path. Null for the document alone."
  type = object({
    name = string
    path = optional(string, "/")
  })
  default = null
}

variable "tags" {
  description = "Tags of the managed policy."
  type        = map(string)
  default     = {}
  nullable    = false
}
