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

# jsondecode() sorts the members of an object by name. Arrays keep their order, so the columns are those that every
# record has, in the order of the contract's "required", and then the others by name.
locals {
  required = [for name in try(local.contract.required, []) : name if contains(keys(local.properties), name)]
  names    = concat(local.required, [for name in keys(local.properties) : name if !contains(local.required, name)])
}

locals {
  # AWS rule: a comment in Glue has 255 characters at most, a description 2,048.
  comments = { for name, property in local.properties : name => length(try(property.description, "")) <= 255 ? try(property.description, "") : "${substr(property.description, 0, 252)}..." }

  columns = [
    for name in local.names : {
      name    = name
      type    = try(local.properties[name]["x-glue-type"], null)
      comment = local.comments[name]
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
      comment = local.by_arrival ? local.arrival_keys[key].comment : lookup(local.comments, key, "")
      # As JSON text, so that both branches have one type; an attribute's projection is an object of its own shape.
      projection = tomap({ for name, value in jsondecode(local.by_arrival ? jsonencode(local.arrival_keys[key].projection) : jsonencode(local.attribute_projections[key])) : name => tostring(value) })
    }
  ]

  attribute_projections = {
    for key in local.partitioning.keys : key => merge(
      try(local.properties[key]["x-projection"].type, "") == "enum" ? { values = try(join(",", local.properties[key].enum), "") } : {},
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
