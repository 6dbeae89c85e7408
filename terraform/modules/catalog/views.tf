# Views, kept in Glue as Athena keeps those that CREATE VIEW makes: the query and its columns with Trino's types as
# base64 JSON, and the same columns with Glue's types beside it.

# Rows without copies. A row is a copy when its unique key was seen in an object that comes before by name; within one
# object copies come from a producer's retry and are the same in all columns. A row without a whole key is nobody's copy.
# Conditions stand inside of it, where they leave whole partitions out.
locals {
  table_columns = { for name, table in var.tables : name => concat(
    [for column in table.columns : { name = column.name, type = column.type, comment = column.comment }],
    [for key in table.partition_keys : { name = key.name, type = key.type, comment = key.comment }],
  ) }

  # What stands in a query before and after the condition on rows.
  rows = {
    for name, table in var.tables : name => length(table.unique_key) == 0 ? { from = "\"${local.database_name}\".\"${name}\"", end = "" } : {
      from = join("\n", [
        "(",
        "  SELECT *, row_number() OVER (PARTITION BY ${join(", ", [for column in distinct(concat(table.unique_key, table.same_in_duplicates)) : "\"${column}\""])} ORDER BY \"$path\") AS \"$copy\"",
        "  FROM \"${local.database_name}\".\"${name}\"",
      ])
      end = join("\n", [
        "",
        ")",
        "WHERE \"$copy\" = 1 OR ${join(" OR ", [for column in table.unique_key : "\"${column}\" IS NULL"])}",
      ])
    }
  }

  deduplicated_views = {
    for name, table in var.tables : "${name}_deduplicated" => {
      description = "${name} without duplicates: one row of each ${join(", ", table.unique_key)}."
      columns     = local.table_columns[name]
      query       = "SELECT ${join(", ", [for column in local.table_columns[name] : "\"${column.name}\""])}\nFROM ${local.rows[name].from}${local.rows[name].end}"
    } if length(table.unique_key) > 0
  }
}

# One view per kind of row. A value that is not of its field's type is NULL: one bad record must not fail a query.
locals {
  field_readers = {
    json      = "json_format(json_extract(<json>))"
    timestamp = "CAST(TRY(from_iso8601_timestamp(json_extract_scalar(<json>))) AT TIME ZONE 'UTC' AS timestamp)"
    date      = "TRY_CAST(json_extract_scalar(<json>) AS date)"
    other     = "TRY_CAST(json_extract(<json>) AS <type>)"
  }

  kind_views = merge([
    for name, table in var.tables : {
      for kind in values(table.kinds) : "${name}_${kind.name}" => {
        description = kind.description
        columns = concat(
          [for column in local.table_columns[name] : column if column.name != table.rest_column],
          [for field in kind.fields : { name = field.name, type = field.type == "json" ? "string" : field.type, comment = field.comment }],
        )
        query = join("\n", [
          "SELECT",
          join(",\n", concat(
            [for column in local.table_columns[name] : "  \"${column.name}\"" if column.name != table.rest_column],
            [for field in kind.fields : format("  %s AS \"%s\"", replace(replace(
              lookup(local.field_readers, field.type, local.field_readers.other),
              "<json>", "\"${table.rest_column}\", '$[\"${replace(replace(replace(field.key, "\\", "\\\\"), "\"", "\\\""), "'", "''")}\"]'"),
              "<type>", local.trino_types[field.type]), field.name
            )],
          )),
          "FROM ${local.rows[name].from}",
          "  WHERE ${join(" AND ", [for column, value in kind.where : "\"${column}\" = '${replace(value, "'", "''")}'"])}${local.rows[name].end}",
        ])
      }
    }
  ]...)
}

locals {
  views = merge(local.deduplicated_views, local.kind_views, local.error_views, var.views)

  # Glue's types in Trino's words: array<struct<a:int>> is array(row("a" integer)).
  types = distinct(concat(
    ["string"],
    flatten(values(local.table_columns)[*][*].type),
    flatten([for table in values(var.tables) : [for kind in values(table.kinds) : kind.fields[*].type]]),
    flatten([for view in concat(values(local.error_views), values(var.views)) : view.columns[*].type]),
  ))
  trino_types = { for type in local.types : type => (
    replace(replace(replace(replace(
      replace(replace(replace(replace(
        replace(lower(type), "/([<,])([^<>,:()]+):/", "$1\"$2\" "),
      "/(^|[<,]|\" )string\\b/", "$${1}varchar"), "/(^|[<,]|\" )int\\b/", "$${1}integer"), "/(^|[<,]|\" )float\\b/", "$${1}real"), "/(^|[<,]|\" )binary\\b/", "$${1}varbinary"),
    "struct<", "row("), "array<", "array("), "map<", "map("), ">", ")")
  ) }
}

resource "aws_glue_catalog_table" "view" {
  for_each = local.views

  name          = each.key
  database_name = local.database_name
  description   = each.value.description
  table_type    = "VIRTUAL_VIEW"

  parameters = { presto_view = "true", comment = "Presto View" }

  view_original_text = format("/* Presto View: %s */", base64encode(jsonencode({
    originalSql  = each.value.query
    catalog      = "awsdatacatalog"
    schema       = local.database_name
    columns      = [for column in each.value.columns : { name = column.name, type = local.trino_types[column.type] }]
    runAsInvoker = false
    properties   = {}
  })))
  view_expanded_text = "/* Presto View */"

  storage_descriptor {
    # No object is read for a view; readers of the catalog expect the block all the same.
    ser_de_info {
      name                  = "-"
      serialization_library = "-"
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }

  # A view may be asked for as soon as it is there.
  depends_on = [aws_glue_catalog_table.this, aws_glue_catalog_table.iceberg, aws_glue_catalog_table.error_records]
}
