output "description" {
  description = "What one record of the dataset is, as the contract says it."
  value       = try(local.contract.description, "")
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
