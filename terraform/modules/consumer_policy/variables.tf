variable "workgroup_name" {
  description = "Athena workgroup that queries run in; no other may be used."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9._-]{1,128}$", var.workgroup_name))
    error_message = "workgroup_name is \"${var.workgroup_name}\"; allowed: 1 to 128 letters, digits, ., _ and -"
  }
}

variable "database" {
  description = "Glue database, the tables and views that may be queried (null: all of the database; a view needs its tables too), and whether their partitions are registered in the catalog instead of being projected."
  type = object({
    name                  = string
    tables                = optional(set(string))
    registered_partitions = optional(bool, false)
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9_]{1,255}$", var.database.name))
    error_message = "database.name is \"${var.database.name}\"; allowed: 1 to 255 lower-case letters, digits and _"
  }

  validation {
    condition     = var.database.tables == null ? true : length(var.database.tables) > 0 && alltrue([for table in var.database.tables : can(regex("^[a-z0-9_]{1,255}$", table))])
    error_message = "database.tables is [${try(join(", ", var.database.tables), "")}]; give names of lower-case letters, digits and _, or null for all tables"
  }
}

variable "data" {
  description = "What the tables are made of: bucket, prefixes ending in /, and the ARN of the key that encrypts the objects (null: SSE-S3)."
  type = object({
    bucket      = string
    prefixes    = set(string)
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = length(var.data.prefixes) > 0 && alltrue([for prefix in var.data.prefixes : endswith(prefix, "/") && !startswith(prefix, "/")])
    error_message = "data.prefixes are [${join(", ", var.data.prefixes)}]; give one or more that end with / and do not start with it"
  }
}

variable "results" {
  description = "Where the workgroup writes query results: bucket, prefix ending in /, and the ARN of the key that encrypts them (null: SSE-S3)."
  type = object({
    bucket      = string
    prefix      = optional(string, "queries/")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = endswith(var.results.prefix, "/") && !startswith(var.results.prefix, "/")
    error_message = "results.prefix is \"${var.results.prefix}\"; it must end with / and not start with it"
  }
}

variable "raw" {
  description = "Raw backup that may be read too: bucket, prefixes ending in /, and the ARN of the key that encrypts the objects (null: SSE-S3). Null for no access to it."
  type = object({
    bucket      = string
    prefixes    = set(string)
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.raw == null ? true : length(var.raw.prefixes) > 0 && alltrue([for prefix in var.raw.prefixes : endswith(prefix, "/") && !startswith(prefix, "/")])
    error_message = "raw.prefixes are [${join(", ", try(var.raw.prefixes, []))}]; give one or more that end with / and do not start with it"
  }
}

variable "saved_queries" {
  description = "Whether the workgroup's saved queries may be read by their id, as `make query QUERY=recent` does."
  type        = bool
  default     = true
  nullable    = false
}

variable "prepared_statements" {
  description = "Whether the workgroup's prepared statements may be executed."
  type        = bool
  default     = false
  nullable    = false
}

variable "browse" {
  description = "Whether what the console and reporting tools show may be listed: the workgroup's settings, queries and history, the names of databases and tables."
  type        = bool
  default     = false
  nullable    = false
}

variable "policy" {
  description = "A managed policy of the document, to be attached to roles and groups: name, path, description. Null for the document alone."
  type = object({
    name        = string
    path        = optional(string, "/")
    description = optional(string, "Queries a lake")
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
