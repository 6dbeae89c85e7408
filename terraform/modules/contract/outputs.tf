output "description" {
  description = "What one record of the dataset is, as the contract says it."
  value       = length(try(local.contract.description, "")) <= 2048 ? try(local.contract.description, "") : "${substr(local.contract.description, 0, 2045)}..."
}

output "columns" {
  description = "The data columns of the dataset's table: name, Glue type, comment. Those that every record has come first, in the order of the contract's required, then the others by name. Partition keys are not among them."
  value       = local.columns

  precondition {
    condition     = alltrue([for property in values(local.properties) : try(length(property["x-glue-type"]) > 0, false)])
    error_message = "every top-level property of a contract needs x-glue-type, the Glue type of its column (such as string, bigint or timestamp); it is missing on: ${join(", ", [for name, property in local.properties : name if !try(length(property["x-glue-type"]) > 0, false)])}"
  }
}

output "partition_keys" {
  description = "The partition keys in order: name, Glue type, comment, and the projection's properties (type, range, values, ...) without the prefix projection.<key>."
  value       = local.partition_keys

  precondition {
    condition     = alltrue([for key in local.partition_keys : contains(["enum", "integer", "date", "injected"], try(key.projection.type, ""))])
    error_message = "every partition key needs an x-projection of type enum, integer, date or injected, because projection must configure all of them; missing or different on: ${join(", ", [for key in local.partition_keys : key.name if !contains(["enum", "integer", "date", "injected"], try(key.projection.type, ""))])}"
  }

  precondition {
    condition     = alltrue([for key in local.partition_keys : try(key.projection.type, "") != "enum" || try(length(key.projection.values), 0) > 0])
    error_message = "x-projection of type enum takes its values from the property's enum, which is missing or empty on: ${join(", ", [for key in local.partition_keys : key.name if try(key.projection.type, "") == "enum" && try(length(key.projection.values), 0) == 0])}"
  }

  precondition {
    condition     = alltrue([for key in local.partition_keys : alltrue([for value in try(local.properties[key.name].enum, []) : !strcontains(value, ",")])])
    error_message = "the values of an enum projection are separated by commas, so none may have one in it: ${join("; ", flatten([for key in local.partition_keys : [for value in try(local.properties[key.name].enum, []) : value if strcontains(value, ",")]]))}"
  }

  precondition {
    condition     = alltrue([for key in local.partition_keys : try(key.projection.type, "") != "injected" || key.type == "string"])
    error_message = "x-projection of type injected is for string columns only; not a string: ${join(", ", [for key in local.partition_keys : key.name if try(key.projection.type, "") == "injected" && key.type != "string"])}"
  }
}

output "partitioned_by" {
  description = "attributes (keys come from the record, dynamic partitioning) or arrival (keys come from the time of arrival)."
  value       = local.partitioning.by
}

output "unique_key" {
  description = "Fields that together identify a record."
  value       = try(local.contract["x-unique-key"], [])
}

output "event_time_expression" {
  description = "Athena expression of type timestamp (UTC) that says when the event happened; null when the contract does not say."
  value       = local.event_time_expression
}

output "kind_column" {
  description = "Column that says what kind of record it is (the first enumerated one); null when there is none."
  value       = try(local.kinds[0], null)
}

output "partition_date_expression" {
  description = "Athena expression over partition keys alone of type varchar, yyyy-MM-dd, to bound a query to recent days; null when no key is a date."
  value       = local.partition_date_expression
}

output "fingerprint" {
  description = "Changes exactly when a data column is added, removed, renamed, moved or gets another type."
  value       = sha256(jsonencode([for column in local.columns : [column.name, column.type]]))
}

output "same_in_duplicates" {
  description = "Columns in which all copies of a record agree: the unique key, and the partition keys when they are attributes of the record. Arrival differs from copy to copy."
  value       = distinct(concat(try(local.contract["x-unique-key"], []), local.by_arrival ? [] : local.partitioning.keys))
}

output "rest_column" {
  description = "Column that holds, as JSON text, every field that is no column; null when there is none."
  value       = local.rest_column
}

output "kinds_of_records" {
  description = "What records there are, by the value that tells them apart (an event's name, say): a name fit for SQL, a description, the columns and values that select them, and the fields that they have in the rest column: name of the column, key in the JSON, comment, and Glue type (json where SQL has no type for it)."
  value       = local.kinds_of_records

  precondition {
    condition     = length(distinct(values(local.kinds_of_records)[*].name)) == length(local.kinds_of_records)
    error_message = "two kinds of x-variants have the same name in SQL, where only a-z, 0-9 and _ count: ${join(", ", [for kind, record in local.kinds_of_records : kind if length([for other in values(local.kinds_of_records) : other if other.name == record.name]) > 1])}"
  }

  precondition {
    condition     = alltrue([for record in values(local.kinds_of_records) : length(distinct(record.fields[*].name)) == length(record.fields)])
    error_message = "fields of one kind may not differ in case alone, because columns have none: ${join(", ", [for kind, record in local.kinds_of_records : kind if length(distinct(record.fields[*].name)) != length(record.fields)])}"
  }
}
