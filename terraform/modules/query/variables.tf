variable "name" {
  description = "Name of the Athena workgroup."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9._-]{1,128}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 128 letters, digits, ., _ and -"
  }
}

variable "description" {
  description = "What the workgroup is for."
  type        = string
  default     = "Queries of a streaming data lake"
  nullable    = false
}

variable "results" {
  description = "Where query results go: bucket, prefix ending in /, the ARN of the key that encrypts them (null: SSE-S3), and the account that owns the bucket (null: this one). Athena refuses to write into a bucket of that name that is somebody else's."
  type = object({
    bucket           = string
    prefix           = optional(string, "queries/")
    kms_key_arn      = optional(string)
    owner_account_id = optional(string)
  })
  nullable = false

  validation {
    condition     = endswith(var.results.prefix, "/") && !startswith(var.results.prefix, "/")
    error_message = "results.prefix is \"${var.results.prefix}\"; it must end with / and not start with it"
  }

  validation {
    condition     = var.results.owner_account_id == null ? true : can(regex("^[0-9]{12}$", var.results.owner_account_id))
    error_message = "results.owner_account_id is \"${coalesce(var.results.owner_account_id, "null")}\"; allowed: 12 digits, or null"
  }
}

variable "scan_limit_bytes" {
  description = "A query that scans more bytes than this is stopped (and charged for what it scanned); null for no limit."
  type        = number
  default     = 107374182400

  validation {
    condition     = var.scan_limit_bytes == null ? true : var.scan_limit_bytes >= 10485760
    error_message = "scan_limit_bytes is ${coalesce(var.scan_limit_bytes, 0)}; allowed: 10485760 (10 MB) or more, or null"
  }
}

variable "force_destroy" {
  description = "Whether the workgroup may be deleted with the queries that people saved in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "named_queries" {
  description = "Saved queries by name: SQL text, the database it runs in, and what it answers."
  type = map(object({
    database    = string
    description = optional(string, "")
    query       = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for query in values(var.named_queries) : length(query.query) <= 262144 && length(trimspace(query.query)) > 0])
    error_message = "named_queries have texts of ${join(", ", [for query in values(var.named_queries) : length(query.query)])} characters; allowed: 1 to 262144"
  }
}

variable "query_files" {
  description = "A folder of .sql files, each a saved query, and the database they run in. A file's name is the query's name; its first line, when it is a comment (-- ...), the description."
  type = object({
    folder   = string
    database = string
  })
  default = null

  validation {
    condition     = var.query_files == null ? true : length(fileset(var.query_files.folder, "*.sql")) > 0
    error_message = "query_files.folder is \"${try(var.query_files.folder, "")}\", where no file is called <name>.sql"
  }

  validation {
    condition     = var.query_files == null ? true : length(setintersection([for file in fileset(var.query_files.folder, "*.sql") : trimsuffix(file, ".sql")], keys(var.named_queries))) == 0
    error_message = "these queries are in named_queries and in ${try(var.query_files.folder, "")}: ${try(join(", ", setintersection([for file in fileset(var.query_files.folder, "*.sql") : trimsuffix(file, ".sql")], keys(var.named_queries))), "")}"
  }
}

variable "prepared_statements" {
  description = "Statements with ? for their parameters, by name: EXECUTE <name> USING <values> runs them."
  type = map(object({
    description = optional(string, "")
    statement   = string
  }))
  default  = {}
  nullable = false
}

variable "prepared_statement_files" {
  description = "A folder of .sql files, each a prepared statement, named and described as in query_files."
  type        = string
  default     = null

  validation {
    condition     = var.prepared_statement_files == null ? true : length(fileset(var.prepared_statement_files, "*.sql")) > 0
    error_message = "prepared_statement_files is \"${coalesce(var.prepared_statement_files, " ")}\", where no file is called <name>.sql"
  }
}

variable "tags" {
  description = "Tags of the workgroup."
  type        = map(string)
  default     = {}
  nullable    = false
}
