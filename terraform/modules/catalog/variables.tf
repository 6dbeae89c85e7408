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
  description = <<-EOT
    Tables by name. location is the s3:// address of the data, ending in /. format is parquet, orc, json (GZIP or plain
    JSON lines), or iceberg: an Iceberg table, which has no partition keys here. partition_discovery says how partitions are found: projection (Athena works them out from the keys'
    projection properties: type, range, values, digits, format, interval, interval.unit), crawler (see crawler), or none
    (statements register them). A table with a unique_key gets the view <table>_deduplicated, which has one row of each
    key; same_in_duplicates names more columns in which all copies of a row agree, so that a condition on them is applied
    before copies are looked for. kinds are kinds of rows, each with a view <table>_<name>: the rows in which the columns
    of where have the given values, without copies, with the kind's fields read from the JSON text in rest_column (key in
    the JSON, and Glue type; json for JSON text).
  EOT
  type = map(object({
    description         = optional(string, "")
    location            = string
    format              = optional(string, "parquet")
    columns             = list(object({ name = string, type = string, comment = optional(string, "") }))
    partition_keys      = optional(list(object({ name = string, type = string, comment = optional(string, ""), projection = optional(map(string), {}) })), [])
    partition_discovery = optional(string, "projection")
    parameters          = optional(map(string), {})
    unique_key          = optional(list(string), [])
    same_in_duplicates  = optional(list(string), [])
    rest_column         = optional(string)
    kinds = optional(map(object({
      name        = string
      description = optional(string, "")
      where       = map(string)
      fields      = list(object({ name = string, key = string, type = string, comment = optional(string, "") }))
    })), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.tables) : can(regex("^[a-z0-9_]{1,255}$", name))])
    error_message = "tables has the names ${join(", ", keys(var.tables))}; allowed: lower-case letters, digits and _"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : contains(["parquet", "orc", "json", "iceberg"], table.format)])
    error_message = "tables have the formats ${join(", ", values(var.tables)[*].format)}; allowed: parquet, orc, json, iceberg"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : table.format != "iceberg" || length(table.partition_keys) == 0 && table.partition_discovery != "crawler"])
    error_message = "an Iceberg table finds its files by itself and has no folders for partitions; take partition_keys and the crawler from: ${join(", ", [for name, table in var.tables : name if table.format == "iceberg" && (length(table.partition_keys) > 0 || table.partition_discovery == "crawler")])}"
  }

  validation {
    condition     = alltrue(flatten([for table in values(var.tables) : [for column in table.columns : !can(regex("\\b(tinyint|smallint|char|varchar)\\b", column.type))] if table.format == "iceberg"]))
    error_message = "Iceberg has no tinyint, smallint, char and varchar; write int or string for: ${join(", ", flatten([for name, table in var.tables : [for column in table.columns : "${name}.${column.name} ${column.type}" if can(regex("\\b(tinyint|smallint|char|varchar)\\b", column.type))] if table.format == "iceberg"]))}"
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
      for table in values(var.tables) : [for key in table.partition_keys : contains(["enum", "integer", "date", "injected"], lookup(key.projection, "type", ""))] if table.partition_discovery == "projection"
    ]))
    error_message = "projection must configure every partition key with the type enum, integer, date or injected; missing or different on: ${join(", ", flatten([for name, table in var.tables : [for key in table.partition_keys : "${name}.${key.name}" if !contains(["enum", "integer", "date", "injected"], lookup(key.projection, "type", ""))] if table.partition_discovery == "projection"]))}"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : contains(["projection", "crawler", "none"], table.partition_discovery)])
    error_message = "tables have the partition_discovery ${join(", ", values(var.tables)[*].partition_discovery)}; allowed: projection, crawler, none"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : length(setsubtract(concat(table.unique_key, table.same_in_duplicates), concat(table.columns[*].name, table.partition_keys[*].name))) == 0])
    error_message = "unique_key and same_in_duplicates name columns; not one: ${join(", ", flatten([for name, table in var.tables : [for column in setsubtract(concat(table.unique_key, table.same_in_duplicates), concat(table.columns[*].name, table.partition_keys[*].name)) : "${name}.${column}"]]))}"
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : length(table.kinds) == 0 || contains(table.columns[*].name, coalesce(table.rest_column, " "))])
    error_message = "the fields of kinds are read from rest_column, which must be a column; it is ${join(", ", [for name, table in var.tables : "${coalesce(table.rest_column, "missing")} in ${name}" if length(table.kinds) > 0])}"
  }

  validation {
    condition     = alltrue(flatten([for table in values(var.tables) : [for kind in values(table.kinds) : can(regex("^[a-z0-9_]{1,200}$", kind.name))]]))
    error_message = "kinds have the names ${join(", ", flatten([for table in values(var.tables) : values(table.kinds)[*].name]))}; allowed: lower-case letters, digits and _"
  }
}

variable "views" {
  description = "Views of your own, by name: description, query (a SELECT in Athena's SQL, with quoted names; tables without a database are those of this one), and its columns in order with their Glue types, which must be those that the query gives."
  type = map(object({
    description = optional(string, "")
    query       = string
    columns     = list(object({ name = string, type = string, comment = optional(string, "") }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for view in values(var.views) : length(view.columns) > 0 && can(regex("(?is)^\\s*(select|with)\\b", view.query))])
    error_message = "a view needs columns and a query that begins with SELECT or WITH; not so: ${join(", ", [for name, view in var.views : name if length(view.columns) == 0 || !can(regex("(?is)^\\s*(select|with)\\b", view.query))])}"
  }

  validation {
    condition     = alltrue([for name in keys(var.views) : can(regex("^[a-z0-9_]{1,255}$", name))])
    error_message = "views has the names ${join(", ", keys(var.views))}; allowed: lower-case letters, digits and _"
  }
}

variable "error_records" {
  description = <<-EOT
    Records that could not be delivered, by dataset: each gets the table <name>_error_records over the error objects of a
    delivery stream, and the view <name>_errors, which has the record itself as text. location is the s3:// address that
    Firehose's error types stand under, each with folders yyyy/MM/dd/HH. days is how far back Athena looks, hours_ahead
    how far the time zone of the folders may be ahead of UTC.
  EOT
  type = map(object({
    location    = string
    days        = optional(number, 90)
    hours_ahead = optional(number, 0)
    types       = optional(list(string), ["processing-failed", "format-conversion-failed", "metadata-extraction-failed", "partitioning-failed", "activePartitionExceeded"])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for records in values(var.error_records) : can(regex("^s3://[^/]+/.*/$", records.location))])
    error_message = "error_records have the locations ${join(", ", values(var.error_records)[*].location)}; each must be s3://<bucket>/<prefix>/, ending in /"
  }

  validation {
    condition     = alltrue([for records in values(var.error_records) : records.days >= 1 && records.days <= 3650 && floor(records.days) == records.days])
    error_message = "error_records have days of ${join(", ", values(var.error_records)[*].days)}; allowed: whole numbers from 1 to 3650"
  }

  validation {
    condition     = alltrue([for records in values(var.error_records) : records.hours_ahead >= 0 && records.hours_ahead <= 14 && floor(records.hours_ahead) == records.hours_ahead])
    error_message = "error_records have hours_ahead of ${join(", ", values(var.error_records)[*].hours_ahead)}; allowed: whole numbers from 0 to 14"
  }

  validation {
    condition     = alltrue([for records in values(var.error_records) : length(records.types) > 0 && alltrue([for type in records.types : can(regex("^[A-Za-z-]+$", type))])])
    error_message = "error_records have the types ${join(", ", flatten(values(var.error_records)[*].types))}; give at least one, of letters and -"
  }
}

variable "crawler" {
  description = "The crawler of the tables with partition_discovery = \"crawler\": its name, when it runs (empty: only when it is started), and the key that encrypts the objects it reads and its log."
  type = object({
    name        = string
    schedule    = optional(string, "cron(15,45 * * * ? *)")
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.crawler != null || alltrue([for table in values(var.tables) : table.partition_discovery != "crawler"])
    error_message = "crawler is null, but these tables have partition_discovery = \"crawler\": ${join(", ", [for name, table in var.tables : name if table.partition_discovery == "crawler"])}"
  }

  validation {
    condition     = try(var.crawler.schedule, "") == "" ? true : can(regex("^cron\\([^ ]+( [^ ]+){5}\\)$", var.crawler.schedule))
    error_message = "crawler.schedule is \"${try(var.crawler.schedule, "")}\"; allowed: cron(<minutes> <hours> <day of month> <month> <day of week> <year>), or nothing, for a crawler that is started by hand"
  }

  validation {
    condition     = var.crawler == null ? true : can(regex("^[a-zA-Z0-9_-]{1,55}$", var.crawler.name))
    error_message = "crawler.name is \"${try(var.crawler.name, "")}\"; allowed: 1 to 55 letters, digits, _ and -, because its role is called after it"
  }
}

variable "role_path" {
  description = "Path of the crawler's role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
  }
}

variable "global_suffix" {
  description = "Ends the name of the crawler's role: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "existing_crawler_role" {
  description = "ARN of a role that is there already, which takes the place of the crawler's role: it has to trust glue.amazonaws.com and to allow what the output crawler_role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.existing_crawler_role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.existing_crawler_role.arn))
    error_message = "existing_crawler_role.arn is \"${try(var.existing_crawler_role.arn, "null")}\"; allowed: the ARN of an IAM role"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the crawler's role; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "tags" {
  description = "Tags of the database, the crawler and its role."
  type        = map(string)
  default     = {}
  nullable    = false
}
