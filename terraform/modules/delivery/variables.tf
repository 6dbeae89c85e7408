variable "name" {
  description = "Name of the delivery stream; its role and log group are called after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,55}$", var.name))
    error_message = "name is \"${var.name}\"; allowed: 1 to 55 letters, digits, _ and - (its role is called <name>-delivery)"
  }
}

variable "source_stream" {
  description = "Kinesis stream to read: its ARN, and the ARN of the customer key that encrypts it (null: the key that AWS manages). Null for a delivery stream that producers write to directly."
  type = object({
    arn         = string
    kms_key_arn = optional(string)
  })
  default = null
}

variable "destination" {
  description = <<-EOT
    Where objects go. prefix and error_prefix may have expressions such as !{timestamp:yyyy/MM/dd/HH}, prefix also
    !{partitionKeyFromLambda:<key>} or !{partitionKeyFromQuery:<key>} with partitioning. error_prefix needs
    !{firehose:error-output-type}. time_zone is the zone of timestamp expressions. file_extension replaces the usual one.
    With the format iceberg, prefix is where the table lies, without expressions: Iceberg names its files itself.
  EOT
  type = object({
    bucket         = string
    prefix         = string
    error_prefix   = string
    kms_key_arn    = optional(string)
    time_zone      = optional(string, "UTC")
    file_extension = optional(string)
  })
  nullable = false

  validation {
    condition     = length(var.destination.prefix) <= 1024 && length(var.destination.error_prefix) <= 1024
    error_message = "destination.prefix has ${length(var.destination.prefix)} and error_prefix ${length(var.destination.error_prefix)} characters; allowed: 1024 each"
  }

  validation {
    condition     = !startswith(var.destination.prefix, "/") && !startswith(var.destination.error_prefix, "/")
    error_message = "destination.prefix is \"${var.destination.prefix}\" and error_prefix \"${var.destination.error_prefix}\"; neither may start with /"
  }

  validation {
    condition     = !strcontains(var.destination.prefix, "!{firehose:error-output-type}")
    error_message = "destination.prefix is \"${var.destination.prefix}\"; !{firehose:error-output-type} is for error_prefix only"
  }

  validation {
    condition     = strcontains(var.destination.error_prefix, "!{firehose:error-output-type}")
    error_message = "destination.error_prefix is \"${var.destination.error_prefix}\"; it must contain !{firehose:error-output-type}, so that each kind of error has its own folder"
  }

  validation {
    condition     = !strcontains(var.destination.error_prefix, "!{partitionKeyFrom")
    error_message = "destination.error_prefix is \"${var.destination.error_prefix}\"; partition keys are for prefix only, because a failed record may have none"
  }

  validation {
    condition = alltrue([
      for expression in regexall("!\\{([^}]*)\\}", "${var.destination.prefix}${var.destination.error_prefix}") :
      can(regex("^(timestamp:.+|firehose:(random-string|error-output-type)|partitionKeyFrom(Lambda|Query):[A-Za-z0-9_-]+)$", expression[0]))
    ])
    error_message = "destination has the expressions ${join(", ", [for expression in regexall("!\\{([^}]*)\\}", "${var.destination.prefix}${var.destination.error_prefix}") : expression[0]])}; allowed: timestamp:<pattern>, firehose:random-string, firehose:error-output-type, partitionKeyFromLambda:<key>, partitionKeyFromQuery:<key>"
  }

  validation {
    condition = alltrue([
      for expression in regexall("!\\{timestamp:([^}]*)\\}", "${var.destination.prefix}${var.destination.error_prefix}") :
      !can(regex("Y|D", replace(expression[0], "/'[^']*'/", "")))
    ])
    error_message = "destination has the timestamp patterns ${join(", ", [for expression in regexall("!\\{timestamp:([^}]*)\\}", "${var.destination.prefix}${var.destination.error_prefix}") : expression[0]])}; YYYY is the week's year and DD the day of the year, which is wrong around New Year: write yyyy and dd"
  }

  validation {
    condition = alltrue([
      for expression in regexall("!\\{timestamp:([^}]*)\\}", "${var.destination.prefix}${var.destination.error_prefix}") :
      !can(regex("[CIJPRTUVbfijloprt]", replace(expression[0], "/'[^']*'/", "")))
    ])
    error_message = "destination has the timestamp patterns ${join(", ", [for expression in regexall("!\\{timestamp:([^}]*)\\}", "${var.destination.prefix}${var.destination.error_prefix}") : expression[0]])}; Firehose refuses the letters C I J P R T U V b f i j l o p r t outside quotes: use yyyy MM dd HH mm ss"
  }

  validation {
    condition     = can(regex("^[a-zA-Z/_]{1,50}$", var.destination.time_zone))
    error_message = "destination.time_zone is \"${var.destination.time_zone}\"; allowed: an IANA name of letters, / and _, such as UTC or Europe/Madrid"
  }

  validation {
    condition     = var.destination.file_extension == null ? true : can(regex("^\\.[0-9a-z!\\-_.*'()]{1,127}$", var.destination.file_extension))
    error_message = "destination.file_extension is \"${coalesce(var.destination.file_extension, "null")}\"; allowed: a dot and lower-case letters, digits or !-_.*'()"
  }
}

variable "format" {
  description = <<-EOT
    What objects contain. type parquet or orc converts JSON by the Glue table's columns; json writes the records as they
    are, compressed by compression (GZIP, ZIP, Snappy, HADOOP_SNAPPY, UNCOMPRESSED); iceberg commits rows to an Iceberg
    table in Glue (format version 2), where unique_keys are what updates and deletes find a row by, and retry_seconds is
    how long a failed commit is tried again. column_compression is that of Parquet
    (SNAPPY, GZIP, UNCOMPRESSED) or ORC (SNAPPY, ZLIB, NONE). schema_fingerprint is any text that changes with the
    table's columns: the delivery stream is then updated, for Firehose goes on with the columns it first read until it is.
    catalog_id is the account of the Glue catalog, when it is another one.
  EOT
  type = object({
    type               = optional(string, "parquet")
    database_name      = optional(string)
    table_name         = optional(string)
    table_version      = optional(string, "LATEST")
    catalog_id         = optional(string)
    schema_fingerprint = optional(string, "")
    column_compression = optional(string, "SNAPPY")
    compression        = optional(string, "GZIP")
    unique_keys        = optional(list(string), [])
    retry_seconds      = optional(number, 300)
  })
  nullable = false

  validation {
    condition     = contains(["parquet", "orc", "json", "iceberg"], var.format.type)
    error_message = "format.type is \"${var.format.type}\"; allowed: parquet, orc, json, iceberg"
  }

  validation {
    condition     = var.format.type != "iceberg" ? true : alltrue([for name in [var.format.database_name, var.format.table_name] : can(regex("^[a-zA-Z0-9._]+$", name))])
    error_message = "format names the table ${try(coalesce(var.format.database_name), "null")}.${try(coalesce(var.format.table_name), "null")}; Firehose takes letters, digits, . and _ in the names of Iceberg databases and tables, and no hyphens"
  }

  validation {
    condition     = var.format.catalog_id == null ? true : can(regex("^[0-9]{12}$", var.format.catalog_id))
    error_message = "format.catalog_id is \"${coalesce(var.format.catalog_id, "null")}\"; allowed: an account of 12 digits, or null for this one"
  }

  validation {
    condition     = length(var.format.unique_keys) == 0 || var.format.type == "iceberg"
    error_message = "format.unique_keys are [${join(", ", var.format.unique_keys)}] with the type ${var.format.type}; they are for iceberg only"
  }

  validation {
    condition     = var.format.retry_seconds >= 0 && var.format.retry_seconds <= 7200
    error_message = "format.retry_seconds is ${var.format.retry_seconds}; allowed: 0 to 7200"
  }

  validation {
    condition     = var.format.type != "iceberg" || !strcontains(var.destination.prefix, "!{")
    error_message = "destination.prefix is \"${var.destination.prefix}\" with the format iceberg; it is where the table lies and has no expressions"
  }

  validation {
    condition     = var.format.type == "json" || (var.format.database_name != null && var.format.table_name != null)
    error_message = "format.type ${var.format.type} needs a Glue table: give database_name and table_name, or the type json"
  }

  validation {
    condition     = contains({ parquet = ["SNAPPY", "GZIP", "UNCOMPRESSED"], orc = ["SNAPPY", "ZLIB", "NONE"], json = ["SNAPPY"] }[contains(["parquet", "orc"], var.format.type) ? var.format.type : "json"], var.format.column_compression)
    error_message = "format.column_compression is \"${var.format.column_compression}\" for ${var.format.type}; allowed: SNAPPY, GZIP, UNCOMPRESSED for parquet and SNAPPY, ZLIB, NONE for orc"
  }

  validation {
    condition     = contains(["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"], var.format.compression)
    error_message = "format.compression is \"${var.format.compression}\"; allowed: UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY"
  }

  validation {
    condition     = can(regex("^(LATEST|[0-9]+)$", var.format.table_version))
    error_message = "format.table_version is \"${var.format.table_version}\"; allowed: LATEST or a number"
  }
}

variable "buffering" {
  description = "An object is written when size_mb of records (before conversion) or interval_seconds have gathered, per shard or, with partitioning, per partition."
  type = object({
    size_mb          = optional(number, 128)
    interval_seconds = optional(number, 300)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.buffering.size_mb >= 1 && var.buffering.size_mb <= 128
    error_message = "buffering.size_mb is ${var.buffering.size_mb}; allowed: 1 to 128"
  }

  validation {
    condition     = var.buffering.size_mb >= 64 || !contains(["parquet", "orc"], var.format.type)
    error_message = "buffering.size_mb is ${var.buffering.size_mb}; with conversion to ${var.format.type} allowed: 64 to 128"
  }

  validation {
    condition     = var.buffering.size_mb >= 64 || var.partitioning == null
    error_message = "buffering.size_mb is ${var.buffering.size_mb}; with partitioning by attributes allowed: 64 to 128"
  }

  validation {
    condition     = var.buffering.interval_seconds >= 0 && var.buffering.interval_seconds <= 900
    error_message = "buffering.interval_seconds is ${var.buffering.interval_seconds}; allowed: 0 to 900"
  }

  validation {
    condition     = var.buffering.interval_seconds > 0 || var.partitioning == null
    error_message = "buffering.interval_seconds is 0; with partitioning by attributes allowed: 1 to 900"
  }
}

variable "partitioning" {
  description = <<-EOT
    Partitioning by attributes of the record (dynamic partitioning, charged per GB and object). Keys that stand in the
    prefix as !{partitionKeyFromLambda:<key>} are set by the transform; those as !{partitionKeyFromQuery:<key>} by queries:
    key => jq 1.6 expression. retry_seconds is how long a failed delivery is tried again. Null for none. It cannot be
    switched on or off later: the delivery stream is then replaced.
  EOT
  type = object({
    queries       = optional(map(string), {})
    retry_seconds = optional(number, 300)
  })
  default = null

  validation {
    condition     = var.partitioning == null || var.format.type != "iceberg"
    error_message = "partitioning is set with the format iceberg; an Iceberg table is partitioned by its own specification"
  }

  validation {
    condition     = var.partitioning == null || strcontains(var.destination.prefix, "!{partitionKeyFrom")
    error_message = "partitioning needs a partition key in destination.prefix, which is \"${var.destination.prefix}\": add !{partitionKeyFromLambda:<key>} or !{partitionKeyFromQuery:<key>}"
  }

  validation {
    condition     = var.partitioning != null || !strcontains(var.destination.prefix, "!{partitionKeyFrom")
    error_message = "destination.prefix \"${var.destination.prefix}\" has partition keys: set partitioning = {}"
  }

  validation {
    condition     = var.partitioning == null || var.transform != null || !strcontains(var.destination.prefix, "!{partitionKeyFromLambda:")
    error_message = "destination.prefix \"${var.destination.prefix}\" has keys that a transform sets, and transform is null"
  }

  validation {
    condition = join(",", sort(keys(try(var.partitioning.queries, {})))) == join(",", sort(distinct([
      for key in regexall("!\\{partitionKeyFromQuery:([^}]*)\\}", var.destination.prefix) : key[0]
    ])))
    error_message = "partitioning.queries has the keys [${join(", ", keys(try(var.partitioning.queries, {})))}] and destination.prefix uses [${join(", ", [for key in regexall("!\\{partitionKeyFromQuery:([^}]*)\\}", var.destination.prefix) : key[0]])}]; they must be the same"
  }

  validation {
    condition     = length(try(var.partitioning.queries, {})) <= 50
    error_message = "partitioning.queries has ${length(try(var.partitioning.queries, {}))} keys; allowed: 50"
  }

  # AWS rule: a processor's parameter has 5,120 characters at most; the queries are one.
  validation {
    condition     = length(join(",", formatlist("%s:%s", keys(try(var.partitioning.queries, {})), values(try(var.partitioning.queries, {}))))) <= 5118
    error_message = "partitioning.queries have ${length(join(",", formatlist("%s:%s", keys(try(var.partitioning.queries, {})), values(try(var.partitioning.queries, {})))))} characters with their keys; allowed: 5118 in sum"
  }

  validation {
    condition     = try(var.partitioning.retry_seconds, 0) >= 0 && try(var.partitioning.retry_seconds, 0) <= 7200
    error_message = "partitioning.retry_seconds is ${try(var.partitioning.retry_seconds, 0)}; allowed: 0 to 7200"
  }
}

variable "transform" {
  description = "Lambda function that transforms records: its qualified ARN (with a version, an alias or $LATEST), how many MB and seconds of records a call gets, and how often a failed call is tried again. Null for none."
  type = object({
    function_arn     = string
    buffer_size_mb   = optional(number, 1)
    interval_seconds = optional(number, 60)
    retries          = optional(number, 3)
  })
  default = null

  validation {
    condition     = var.transform == null ? true : var.transform.buffer_size_mb >= 0.2 && var.transform.buffer_size_mb <= 3
    error_message = "transform.buffer_size_mb is ${try(var.transform.buffer_size_mb, 1)}; allowed: 0.2 to 3"
  }

  validation {
    condition     = var.transform == null ? true : var.transform.interval_seconds >= 0 && var.transform.interval_seconds <= 900
    error_message = "transform.interval_seconds is ${try(var.transform.interval_seconds, 60)}; allowed: 0 to 900"
  }

  validation {
    condition     = var.transform == null ? true : var.transform.retries >= 0 && var.transform.retries <= 8
    error_message = "transform.retries is ${try(var.transform.retries, 3)}; allowed: 0 to 8"
  }
}

variable "append_newline" {
  description = "Whether Firehose adds a newline after each record, for type json only. null: it does for json. false when records end with one already, from their producer or a transform."
  type        = bool
  default     = null

  validation {
    condition     = !coalesce(var.append_newline, false) || var.format.type == "json"
    error_message = "append_newline is true with format.type ${var.format.type}; it is for json only"
  }
}

variable "backup" {
  description = "Raw backup of every source record: bucket, prefix (timestamp expressions allowed), error_prefix (needed by a prefix with expressions), key, buffering and compression. Null for none. AWS lets it be switched on later, but never off."
  type = object({
    bucket           = string
    prefix           = string
    error_prefix     = optional(string)
    kms_key_arn      = optional(string)
    size_mb          = optional(number, 64)
    interval_seconds = optional(number, 300)
    compression      = optional(string, "GZIP")
  })
  default = null

  validation {
    condition     = var.backup == null || var.format.type != "iceberg"
    error_message = "backup is set with the format iceberg; Firehose keeps only what it failed to deliver there, under destination.error_prefix"
  }

  validation {
    condition     = var.backup == null || var.transform != null || var.format.type != "json"
    error_message = "backup is of records that are changed on the way: it needs a transform, or conversion to parquet or orc"
  }

  validation {
    condition     = var.backup == null ? true : var.backup.size_mb >= 1 && var.backup.size_mb <= 128
    error_message = "backup.size_mb is ${try(var.backup.size_mb, 64)}; allowed: 1 to 128"
  }

  validation {
    condition     = var.backup == null ? true : var.backup.interval_seconds >= 60 && var.backup.interval_seconds <= 900
    error_message = "backup.interval_seconds is ${try(var.backup.interval_seconds, 300)}; allowed: 60 to 900"
  }

  validation {
    condition     = var.backup == null ? true : contains(["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"], var.backup.compression)
    error_message = "backup.compression is \"${try(var.backup.compression, "null")}\"; allowed: UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY"
  }

  validation {
    condition     = var.backup == null ? true : !strcontains("${var.backup.prefix}${coalesce(var.backup.error_prefix, "-")}", "!{partitionKeyFrom")
    error_message = "backup.prefix is \"${try(var.backup.prefix, "null")}\"; source records have no partition keys"
  }

  validation {
    condition     = var.backup == null ? true : var.backup.error_prefix != null || !strcontains(var.backup.prefix, "!{")
    error_message = "backup.prefix is \"${try(var.backup.prefix, "null")}\" and error_prefix null; Firehose takes a prefix with expressions only together with an error_prefix, such as errors/!{firehose:error-output-type}/"
  }

  validation {
    condition     = var.backup == null ? true : var.backup.error_prefix == null || strcontains(coalesce(var.backup.error_prefix, "-"), "!{firehose:error-output-type}")
    error_message = "backup.error_prefix is \"${try(coalesce(var.backup.error_prefix, "null"), "null")}\"; it must contain !{firehose:error-output-type}"
  }

  validation {
    condition = var.backup == null ? true : alltrue([
      for expression in regexall("!\\{timestamp:([^}]*)\\}", var.backup.prefix) : !can(regex("Y|D", replace(expression[0], "/'[^']*'/", "")))
    ])
    error_message = "backup.prefix is \"${try(var.backup.prefix, "null")}\"; YYYY is the week's year and DD the day of the year: write yyyy and dd"
  }
}

variable "direct_put_kms_key_arn" {
  description = "ARN of the key that encrypts records in a delivery stream without source_stream; null for the key that AWS owns. A Kinesis stream encrypts its own."
  type        = string
  default     = null

  validation {
    condition     = var.direct_put_kms_key_arn == null || var.source_stream == null
    error_message = "direct_put_kms_key_arn is set together with source_stream; with a Kinesis source encrypt the stream instead"
  }
}

variable "logs" {
  description = "Log group of delivery errors: days to keep a line, and the ARN of the key that encrypts it (null: CloudWatch's own)."
  type = object({
    retention_days = optional(number, 30)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "logs.retention_days is ${var.logs.retention_days}; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
  }
}

variable "role_path" {
  description = "Path of the delivery stream's role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
  }
}

variable "global_suffix" {
  description = "Ends the name of the delivery stream's role: roles are the account's, not a Region's. null for -<region>, so that the same lake can stand in two Regions; \"\" for the names of versions before 2.0."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9+=,.@_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits and +=,.@_-, or null"
  }
}

variable "existing_role" {
  description = "ARN of a role that is there already, which takes the place of the one that the module makes: it has to trust firehose.amazonaws.com and to allow what the output role_policy says. role_path, global_suffix and permissions_boundary_arn are then of no use."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.existing_role == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.existing_role.arn))
    error_message = "existing_role.arn is \"${try(var.existing_role.arn, "null")}\"; allowed: the ARN of an IAM role"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the delivery stream's role; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "tags" {
  description = "Tags of everything in the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
