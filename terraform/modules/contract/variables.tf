variable "contract" {
  description = "The text of a data contract: a JSON Schema (2020-12) with the keywords of schemas/README.md, as read by file()."
  type        = string
  nullable    = false

  validation {
    condition     = can(keys(jsondecode(var.contract).properties))
    error_message = "contract is not a JSON object with \"properties\"; it starts with: ${substr(var.contract, 0, 60)}"
  }

  validation {
    condition     = alltrue([for name in try(keys(jsondecode(var.contract).properties), []) : can(regex("^[a-z][a-z0-9_]*$", name))])
    error_message = "a property is a Glue column, so its name may have lower-case letters, digits and _ only; not allowed: ${join(", ", [for name in try(keys(jsondecode(var.contract).properties), []) : name if !can(regex("^[a-z][a-z0-9_]*$", name))])}"
  }

  validation {
    condition     = contains(["attributes", "arrival"], try(jsondecode(var.contract)["x-partitioning"].by, ""))
    error_message = "x-partitioning.by is \"${try(jsondecode(var.contract)["x-partitioning"].by, "missing")}\"; allowed: attributes, arrival"
  }

  validation {
    condition = try(jsondecode(var.contract)["x-partitioning"].by, "") != "attributes" || alltrue([
      for key in try(jsondecode(var.contract)["x-partitioning"].keys, []) : contains(try(keys(jsondecode(var.contract).properties), []), key)
    ])
    error_message = "x-partitioning.keys of a contract partitioned by attributes must be top-level properties; not one of them: ${join(", ", [
      for key in try(jsondecode(var.contract)["x-partitioning"].keys, []) : key if !contains(try(keys(jsondecode(var.contract).properties), []), key)
    ])}"
  }

  validation {
    condition     = length(try(jsondecode(var.contract)["x-partitioning"].keys, [])) > 0
    error_message = "x-partitioning.keys names no key; give at least one"
  }

  validation {
    condition = try(jsondecode(var.contract)["x-partitioning"].by, "") != "arrival" || contains(
      ["year,month,day,hour", "dt", "dt,hour"], join(",", try(jsondecode(var.contract)["x-partitioning"].keys, []))
    )
    error_message = "x-partitioning.keys is [${join(", ", try(jsondecode(var.contract)["x-partitioning"].keys, []))}]; by arrival it must be [year, month, day, hour], [dt] or [dt, hour]"
  }

  validation {
    condition = try(jsondecode(var.contract)["x-partitioning"].by, "") != "arrival" || length(setintersection(
      try(jsondecode(var.contract)["x-partitioning"].keys, []), try(keys(jsondecode(var.contract).properties), [])
    )) == 0
    error_message = "a partition key by arrival cannot also be a property, because Athena refuses a column that is both: ${join(", ", try(setintersection(jsondecode(var.contract)["x-partitioning"].keys, keys(jsondecode(var.contract).properties)), []))}"
  }
}

variable "arrival_years" {
  description = "First and last year in which data can arrive, for the partition projection of a contract partitioned by arrival with a year key. Athena looks into every projected hour of a query without a condition on the keys, so keep it narrow."
  type = object({
    first = optional(number, 2025)
    last  = optional(number, 2035)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.arrival_years.first >= 2000 && var.arrival_years.first <= var.arrival_years.last && var.arrival_years.last <= 9999
    error_message = "arrival_years is ${var.arrival_years.first} to ${var.arrival_years.last}; the first must be 2000 or later and not after the last (at most 9999)"
  }
}
