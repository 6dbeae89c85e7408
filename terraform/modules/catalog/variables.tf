variable "database" {
  description = "Glue database of the tables, and whether the module makes it."
  type = object({
    name        = string
    create      = optional(bool, true)
    description = optional(string, "Tables of a streaming data lake")
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9_]{1,255}$", var.database.name))
    error_message = "database.name is \"${var.database.name}\"; allowed: 1 to 255 lower-case letters, digits and _ (Athena does not like others)"
  }
}

variable "tables" {
  description = "Tables by name. location is the s3:// address of the data, ending in /. format is parquet, orc or json (GZIP or plain JSON lines). projection lets Athena work out the partitions from the keys' projection properties (type, range, values, digits, format, interval, interval.unit); without it partitions are registered by a crawler or by statements."
  type = map(object({
    description    = optional(string, "")
    location       = string
    format         = optional(string, "parquet")
    columns        = list(object({ name = string, type = string, comment = optional(string, "") }))
    partition_keys = optional(list(object({ name = string, type = string, comment = optional(string, ""), projection = optional(map(string), {}) })), [])
    projection     = optional(bool, true)
    parameters     = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.tables) : can(regex("^[a-z0-9_]{1,255}$", name))])
    error_message = "tables has the names ${join(", ", keys(var.tables))}; allowed: lower-case letters, digits and _"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : contains(["parquet", "orc", "json"], table.format)])
    error_message = "tables have the formats ${join(", ", values(var.tables)[*].format)}; allowed: parquet, orc, json"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : can(regex("^s3://[^/]+/.*/$", table.location))])
    error_message = "tables have the locations ${join(", ", values(var.tables)[*].location)}; each must be s3://<bucket>/<prefix>/, ending in /"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : length(setintersection(table.columns[*].name, table.partition_keys[*].name)) == 0])
    error_message = "a partition key cannot also be a data column, Athena refuses such a table: ${join(", ", flatten([for name, table in var.tables : [for column in setintersection(table.columns[*].name, table.partition_keys[*].name) : "${name}.${column}"]]))}"
  }

  validation {
    condition = alltrue(flatten([
      for table in values(var.tables) : [for key in table.partition_keys : contains(["enum", "integer", "date", "injected"], lookup(key.projection, "type", ""))] if table.projection
    ]))
    error_message = "projection must configure every partition key with the type enum, integer, date or injected; missing or different on: ${join(", ", flatten([for name, table in var.tables : [for key in table.partition_keys : "${name}.${key.name}" if !contains(["enum", "integer", "date", "injected"], lookup(key.projection, "type", ""))] if table.projection]))}"
  }
}

variable "tags" {
  description = "Tags of the database."
  type        = map(string)
  default     = {}
  nullable    = false
}
