# The kinds of records of a dataset (event types, say), each with the fields that only it has. They are stored together, as
# JSON text in one column, so a view of a kind has to say how each field is read and of what type it is.
locals {
  rest_columns = [for name in local.names : name if try(local.properties[name]["x-derive"].function, "") == "rest"]
  rest_column  = try(local.rest_columns[0], null)

  kind_field = try(local.contract["x-variants"].field, null)
  # What the contract drops is never stored; without a column for them, fields of a kind are not stored either.
  stored_kinds = {
    for kind, variant in try(local.contract["x-variants"].types, {}) : kind => variant if local.rest_column != null && !try(variant.drop, false)
  }

  # Schemas by their place: the fields of all kinds, and what is inside of them, three levels down. A $ref is replaced by
  # what it refers to; keywords beside it win.
  schemas_0 = merge([
    for kind, variant in local.stored_kinds : {
      for field, schema in try(variant.properties, {}) :
      jsonencode([kind, field]) => merge(try(local.definitions_2[trimprefix(schema["$ref"], "#/$defs/")], {}), schema)
    }
  ]...)
  schemas_1 = merge([
    for place, parent in local.schemas_0 : {
      for name, schema in merge(try({ "[]" = parent.items }, {}), try(parent.properties, {})) :
      jsonencode([place, name]) => merge(try(local.definitions_2[trimprefix(schema["$ref"], "#/$defs/")], {}), schema)
    }
  ]...)
  schemas_2 = merge([
    for place, parent in local.schemas_1 : {
      for name, schema in merge(try({ "[]" = parent.items }, {}), try(parent.properties, {})) :
      jsonencode([place, name]) => merge(try(local.definitions_2[trimprefix(schema["$ref"], "#/$defs/")], {}), schema)
    }
  ]...)
}

# Glue types by place, from the innermost outwards. What has no type in SQL, or lies deeper, is "?".
locals {
  scalar_types = { boolean = "boolean", integer = "bigint", number = "double", string = "string" }

  json_types = {
    for place, schema in merge(local.schemas_0, local.schemas_1, local.schemas_2) :
    place => try(one([for type in flatten([schema.type]) : type if type != "null"]), "")
  }

  types_2 = { for place, schema in local.schemas_2 : place => lookup(local.scalar_types, local.json_types[place], "?") }
  types_1 = {
    for place, schema in local.schemas_1 : place => (
      local.json_types[place] == "array" ? "array<${try(local.types_2[jsonencode([place, "[]"])], "?")}>" :
      local.json_types[place] == "object" ? "struct<${try(join(",", [for name in keys(schema.properties) : "${lower(name)}:${local.types_2[jsonencode([place, name])]}"]), "?")}>" :
      lookup(local.scalar_types, local.json_types[place], "?")
    )
  }
  types_0 = {
    for place, schema in local.schemas_0 : place => (
      local.json_types[place] == "array" ? "array<${try(local.types_1[jsonencode([place, "[]"])], "?")}>" :
      local.json_types[place] == "object" ? "struct<${try(join(",", [for name in keys(schema.properties) : "${lower(name)}:${local.types_1[jsonencode([place, name])]}"]), "?")}>" :
      local.json_types[place] == "string" ? lookup({ date-time = "timestamp", date = "date" }, try(schema.format, ""), "string") :
      lookup(local.scalar_types, local.json_types[place], "?")
    )
  }
}

locals {
  # Partition keys that are a part of the kind's name: with them a query of one kind reads only its partitions.
  kind_keys = [
    for key in local.partitioning.keys : merge(local.properties[key]["x-derive"], { column = key })
    if !local.by_arrival && try(local.properties[key]["x-derive"].function, "") == "part" && try(local.properties[key]["x-derive"].from, "") == local.kind_field
  ]

  kinds_of_records = {
    for kind, variant in local.stored_kinds : kind => {
      name        = trim(replace(lower(kind), "/[^a-z0-9]+/", "_"), "_")
      description = length(try(variant.description, "")) <= 2048 ? try(variant.description, "") : "${substr(variant.description, 0, 2045)}..."
      where = tomap(merge(
        { for key in local.kind_keys : key.column => split(key.separator, kind)[key.index] if can(split(key.separator, kind)[key.index]) },
        { (local.kind_field) = kind },
      ))
      fields = [
        for field in concat(
          [for name in try(variant.required, []) : name if can(variant.properties[name])],
          [for name in keys(try(variant.properties, {})) : name if !contains(try(variant.required, []), name)],
          ) : {
          name    = lower(field)
          key     = field
          comment = length(try(local.schemas_0[jsonencode([kind, field])].description, "")) <= 255 ? try(local.schemas_0[jsonencode([kind, field])].description, "") : "${substr(local.schemas_0[jsonencode([kind, field])].description, 0, 252)}..."
          # JSON text where SQL has no type for it.
          type = strcontains(local.types_0[jsonencode([kind, field])], "?") ? "json" : local.types_0[jsonencode([kind, field])]
        }
      ]
    }
  }
}
