variable "name" {
  description = "Name of the schedule, unique in its group; its role is called after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-zA-Z_.-]{1,55}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 55 letters, digits, _, . and - (the role is <name>-schedule)"
  }
}

variable "description" {
  description = "What the schedule is for."
  type        = string
  default     = "Runs a function of a lake"
  nullable    = false
}

variable "expression" {
  description = "When it runs: rate(value unit), cron(minutes hours day-of-month month day-of-week year) or at(yyyy-mm-ddThh:mm:ss)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(rate\\([1-9][0-9]* (minutes?|hours?|days?)\\)|cron\\(\\S+( \\S+){5}\\)|at\\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\))$", var.expression))
    error_message = "expression is \"${var.expression}\"; allowed: rate(1 hour), cron(15 10 * * ? *) with six fields, at(2030-01-31T12:00:00)"
  }

  validation {
    condition     = !startswith(var.expression, "cron(") ? true : length(regexall("\\?", var.expression)) == 1
    error_message = "expression is \"${var.expression}\"; in a cron expression exactly one of day-of-month and day-of-week is ?"
  }

  validation {
    condition     = !startswith(var.expression, "rate(") ? true : can(regex("^rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)$", var.expression))
    error_message = "expression is \"${var.expression}\"; the unit of a rate is singular for 1 and plural for more, such as rate(1 hour) and rate(2 hours)"
  }
}

variable "time_zone" {
  description = "Time zone of cron and at expressions, by its IANA name, such as Europe/Madrid. Daylight-saving time is kept."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$", var.time_zone))
    error_message = "time_zone is \"${var.time_zone}\"; allowed: an IANA name such as UTC or Europe/Madrid"
  }
}

variable "enabled" {
  description = "Whether the schedule runs; otherwise it is there and waits."
  type        = bool
  default     = true
  nullable    = false
}

variable "flexible_minutes" {
  description = "Minutes after its time within which a run may begin, so that not everything begins at once; 0 for exactly then."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.flexible_minutes >= 0 && var.flexible_minutes <= 1440 && floor(var.flexible_minutes) == var.flexible_minutes
    error_message = "flexible_minutes is ${var.flexible_minutes}; allowed: 0 to 1440"
  }
}

variable "period" {
  description = "First and last moment at which the schedule runs, as 2030-01-31T12:00:00Z; null for no bound."
  type = object({
    start = optional(string)
    end   = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for moment in compact([var.period.start, var.period.end]) : can(formatdate("YYYY", moment))])
    error_message = "period is from ${coalesce(var.period.start, "null")} to ${coalesce(var.period.end, "null")}; allowed: moments such as 2030-01-31T12:00:00Z"
  }
}

variable "function_arn" {
  description = "ARN of the Lambda function that is run, without a version."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]+$", var.function_arn))
    error_message = "function_arn is \"${var.function_arn}\"; allowed: the ARN of a function without a version"
  }
}

variable "inputs" {
  description = "JSON text of the event that the function is run with, by the name of a schedule: there is one schedule for each, all with the same expression."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.inputs) > 0 && alltrue([for input in values(var.inputs) : can(jsondecode(input)) && length(input) <= 262144])
    error_message = "inputs are called ${join(", ", keys(var.inputs))}; give at least one, each JSON of at most 262144 characters"
  }

  validation {
    condition     = alltrue([for name in keys(var.inputs) : can(regex("^[0-9a-zA-Z_.-]*$", name)) && length(name) + length(var.name) <= 63])
    error_message = "inputs are called ${join(", ", keys(var.inputs))}; allowed: letters, digits, _, . and -, at most 63 characters together with name"
  }
}

variable "retry" {
  description = "How long and how often the scheduler tries to start a run that cannot be started. (A run that starts and fails is not its business.)"
  type = object({
    attempts        = optional(number, 5)
    max_age_seconds = optional(number, 3600)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.retry.attempts >= 0 && var.retry.attempts <= 185 && var.retry.max_age_seconds >= 60 && var.retry.max_age_seconds <= 86400
    error_message = "retry has ${var.retry.attempts} attempts in ${var.retry.max_age_seconds} seconds; allowed: 0 to 185 attempts in 60 to 86400 seconds"
  }
}

variable "dead_letter_queue" {
  description = "Queue for runs that could not be started: create one here (encrypted, 14 days), or the ARN of one that there is. With neither such runs are only counted by CloudWatch."
  type = object({
    create = optional(bool, false)
    arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !(var.dead_letter_queue.create && var.dead_letter_queue.arn != null)
    error_message = "dead_letter_queue has create and the arn ${coalesce(var.dead_letter_queue.arn, "null")}; give one of them"
  }

  validation {
    condition     = !var.dead_letter_queue.create || !strcontains(var.name, ".")
    error_message = "dead_letter_queue is to be created and name is \"${var.name}\"; a queue's name has no dots: write - instead, or give the arn of a queue"
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the schedule's input; null for the one that AWS owns."
  type        = string
  default     = null
}

variable "role_path" {
  description = "Path of the schedule's role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or /.../"
  }
}

variable "global_suffix" {
  description = "Ends the name of the schedules' role: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "existing_role" {
  description = "ARN of a role that is there already, which takes the place of the one that the module makes: it has to trust scheduler.amazonaws.com and to allow what the output role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.existing_role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.existing_role.arn))
    error_message = "existing_role.arn is \"${try(var.existing_role.arn, "null")}\"; allowed: the ARN of an IAM role"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of the schedule's role; null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything in the module that can have some (schedules cannot)."
  type        = map(string)
  default     = {}
  nullable    = false
}
