variable "name" {
  description = "Prefix of the ids and names of everything: <name>-<dataset>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,100}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 100 letters, digits, _ and -"
  }
}

variable "workgroup_name" {
  description = "Athena workgroup that reports query in: its limits and its encryption hold for them too."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9._-]{1,128}$", var.workgroup_name))
    error_message = "workgroup_name is \"${var.workgroup_name}\"; allowed: 1 to 128 letters, digits, ., _ and -"
  }
}

variable "datasets" {
  description = <<-EOT
    Data sets by name: Glue database, view (or table) to read, its columns with Glue types (nested ones are left out), the
    columns that count a row (key), say when it happened (time, of type timestamp or date) and of what kind it is (kind).
    Without time or kind the charts by it are left out.
  EOT
  type = map(object({
    database_name = string
    view_name     = string
    columns       = list(object({ name = string, type = string }))
    key           = string
    time          = optional(string)
    kind          = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.datasets) > 0 && alltrue([for name in keys(var.datasets) : can(regex("^[a-zA-Z0-9_-]{1,100}$", name))])
    error_message = "datasets are called ${join(", ", keys(var.datasets))}; give at least one, of letters, digits, _ and -"
  }

  validation {
    condition     = alltrue([for dataset in values(var.datasets) : alltrue([for name in compact([dataset.key, dataset.time, dataset.kind]) : contains(dataset.columns[*].name, name)])])
    error_message = "key, time and kind have to be columns; wrong in: ${join(", ", [for name, dataset in var.datasets : name if !alltrue([for column in compact([dataset.key, dataset.time, dataset.kind]) : contains(dataset.columns[*].name, column)])])}"
  }

  validation {
    condition     = alltrue([for dataset in values(var.datasets) : dataset.time == null ? true : contains(["timestamp", "date"], one([for column in dataset.columns : column.type if column.name == dataset.time]))])
    error_message = "time has to be a column of type timestamp or date; it is ${join(", ", compact(values(var.datasets)[*].time))}"
  }
}

variable "import_mode" {
  description = "DIRECT_QUERY: every look runs a query; SPICE: QuickSight keeps a copy, which is refreshed by a schedule of its own."
  type        = string
  default     = "DIRECT_QUERY"
  nullable    = false

  validation {
    condition     = contains(["DIRECT_QUERY", "SPICE"], var.import_mode)
    error_message = "import_mode is \"${var.import_mode}\"; allowed: DIRECT_QUERY, SPICE"
  }
}

variable "owners" {
  description = "ARNs of QuickSight users and groups who may change everything."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.owners) > 0 && alltrue([for arn in var.owners : can(regex("^arn:[a-z-]+:quicksight:[a-z0-9-]+:[0-9]{12}:(user|group)/.+$", arn))])
    error_message = "owners are ${join(", ", var.owners)}; give at least one ARN of a QuickSight user or group: without an owner nobody sees what was made"
  }
}

variable "viewers" {
  description = "ARNs of QuickSight users and groups who may look at the dashboards."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.viewers : can(regex("^arn:[a-z-]+:quicksight:[a-z0-9-]+:[0-9]{12}:(user|group)/.+$", arn))])
    error_message = "viewers are ${join(", ", var.viewers)}; allowed: ARNs of QuickSight users and groups"
  }
}

variable "global_suffix" {
  description = "Ends the name of the policy on service_role, which is the account's and not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "service_role" {
  description = "Name of the account's QuickSight role (usually aws-quicksight-service-role-v0), which is then allowed what policy_json says: the module consumer_policy with browse renders it. Null when the role is looked after elsewhere."
  type = object({
    name        = string
    policy_json = string
  })
  default = null
}

variable "tags" {
  description = "Tags of data source, data sets and dashboards."
  type        = map(string)
  default     = {}
  nullable    = false
}
