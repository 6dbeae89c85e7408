locals {
  contract     = jsondecode(var.contract)
  partitioning = local.contract["x-partitioning"]
  by_arrival   = local.partitioning.by == "arrival"

  # Keywords beside a $ref win over those of the definition. A definition may refer to another one, up to three deep.
  definitions_0 = try(local.contract["$defs"], {})
  definitions_1 = { for name, definition in local.definitions_0 : name => merge(try(local.definitions_0[trimprefix(definition["$ref"], "#/$defs/")], {}), definition) }
  definitions_2 = { for name, definition in local.definitions_1 : name => merge(try(local.definitions_0[trimprefix(local.definitions_0[trimprefix(definition["$ref"], "#/$defs/")]["$ref"], "#/$defs/")], {}), definition) }
  properties = {
    for name, property in local.contract.properties :
    name => merge(try(local.definitions_2[trimprefix(property["$ref"], "#/$defs/")], {}), property)
  }
}

# jsondecode() sorts the members of an object by name, but the columns of the table shall stand in the order of the
# contract. So the order is read from the text: without string values, whose braces and colons would mislead, the
# object under the top-level "properties" is found by a pattern that takes nested objects whole, and its own keys read.
locals {
  without_values = replace(replace(var.contract, "/:\\s*\"(?:[^\"\\\\]|\\\\.)*\"/", ":0"), "/\"(?:[^\"\\\\]|\\\\.)*\"(\\s*[,\\]])/", "0$1")

  object_0 = "\\{[^{}]*\\}"
  object_1 = "\\{(?:[^{}]|${local.object_0})*\\}"
  object_2 = "\\{(?:[^{}]|${local.object_1})*\\}"
  object_3 = "\\{(?:[^{}]|${local.object_2})*\\}"
  object_4 = "\\{(?:[^{}]|${local.object_3})*\\}"
  object_5 = "\\{(?:[^{}]|${local.object_4})*\\}"
  object_6 = "\\{(?:[^{}]|${local.object_5})*\\}"
  object_7 = "\\{(?:[^{}]|${local.object_6})*\\}"
  object_8 = "\\{(?:[^{}]|${local.object_7})*\\}"

  properties_text = try(regex("^\\s*\\{(?:[^{}]|${local.object_8})*?\"properties\"\\s*:\\s*\\{((?:[^{}]|${local.object_8})*)\\}", local.without_values)[0], "")
  names_in_text   = flatten(regexall("\"([^\"]+)\"\\s*:", replace(local.properties_text, "/${local.object_8}/", "0")))

  # A contract nested deeper than the pattern still gets all its columns, by name.
  names = toset(local.names_in_text) == toset(keys(local.properties)) ? local.names_in_text : keys(local.properties)
}

locals {
  columns = [
    for name in local.names : {
      name    = name
      type    = try(local.properties[name]["x-glue-type"], null)
      comment = try(local.properties[name].description, "")
    }
    if !contains(local.partitioning.keys, name)
  ]

  arrival_keys = {
    year  = { comment = "Year of arrival (UTC).", projection = { type = "integer", range = "${var.arrival_years.first},${var.arrival_years.last}" } }
    month = { comment = "Month of arrival, 01 to 12 (UTC).", projection = { type = "integer", range = "1,12", digits = "2" } }
    day   = { comment = "Day of arrival, 01 to 31 (UTC).", projection = { type = "integer", range = "1,31", digits = "2" } }
    hour  = { comment = "Hour of arrival, 00 to 23 (UTC).", projection = { type = "integer", range = "0,23", digits = "2" } }
    dt    = { comment = "Date of arrival, yyyy-MM-dd (UTC).", projection = { type = "date", range = "${var.arrival_years.first}-01-01,NOW+1DAYS", format = "yyyy-MM-dd", interval = "1", "interval.unit" = "DAYS" } }
  }

  # The type of an arrival key is string, because that is what stands in the path: month=02 is "02".
  partition_keys = [
    for key in local.partitioning.keys : {
      name    = key
      type    = local.by_arrival ? "string" : try(local.properties[key]["x-glue-type"], null)
      comment = local.by_arrival ? local.arrival_keys[key].comment : try(local.properties[key].description, "")
      # As JSON text, so that both branches have one type; an attribute's projection is an object of its own shape.
      projection = { for name, value in jsondecode(local.by_arrival ? jsonencode(local.arrival_keys[key].projection) : jsonencode(local.attribute_projections[key])) : name => tostring(value) }
    }
  ]

  attribute_projections = {
    for key in local.partitioning.keys : key => merge(
      try(local.properties[key]["x-projection"].type, "") == "enum" ? { values = join(",", local.properties[key].enum) } : {},
      try(local.properties[key]["x-projection"], {}),
    )
    if !local.by_arrival
  }
}

# What the named queries and views need to know about a dataset.
locals {
  event_time = try(local.contract["x-event-time"], null)

  # A timestamp column that the transform derives from the event time is better than the raw one.
  event_time_derived = [
    for name in local.names : name
    if try(local.properties[name]["x-derive"].function, "") == "datetime" &&
    try(local.properties[name]["x-derive"].from, "") == local.event_time &&
    try(local.properties[name]["x-glue-type"], "") == "timestamp"
  ]
  event_time_column = try(local.event_time_derived[0], local.event_time)
  event_time_type   = try(local.properties[local.event_time_column]["x-glue-type"], "")
  event_time_expression = local.event_time_column == null ? null : (
    local.event_time_type == "timestamp" ? local.event_time_column :
    local.event_time_type == "string" ? "CAST(from_iso8601_timestamp(${local.event_time_column}) AT TIME ZONE 'UTC' AS timestamp)" :
    "CAST(from_unixtime(${local.event_time_column}) AT TIME ZONE 'UTC' AS timestamp)"
  )

  # The field that says what kind of record it is: an enumerated partition key, or else the first enumerated column.
  kinds = concat(
    [for key in local.partitioning.keys : key if can(local.properties[key].enum)],
    [for name in local.names : name if can(local.properties[name].enum)],
  )

  # The partition key that is a date, if there is one, as an expression of SQL type varchar, yyyy-MM-dd.
  date_keys = [for key in local.partition_keys : key if try(key.projection.type, "") == "date" && try(key.projection.format, "") == "yyyy-MM-dd"]
  partition_date_expression = (
    length(local.date_keys) > 0 ? (local.date_keys[0].type == "string" ? local.date_keys[0].name : "CAST(${local.date_keys[0].name} AS varchar)") :
    local.by_arrival ? "year || '-' || month || '-' || day" : null
  )
}
