resource "aws_glue_catalog_database" "this" {
  count = var.database.create ? 1 : 0

  name        = var.database.name
  description = var.database.description

  tags = var.tags
}

locals {
  database_name = var.database.create ? aws_glue_catalog_database.this[0].name : var.database.name

  formats = {
    parquet = {
      input      = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
      serde      = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters = { "serialization.format" = "1" }
    }
    orc = {
      input      = "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat"
      serde      = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
      parameters = { "serialization.format" = "1" }
    }
    json = {
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      serde      = "org.openx.data.jsonserde.JsonSerDe"
      parameters = { "serialization.format" = "1" }
    }
  }

  # projection.<key>.<property> for every partition key: Athena wants all of them configured, or none.
  projection_parameters = {
    for name, table in var.tables : name => table.partition_discovery == "projection" && length(table.partition_keys) > 0 ? merge(
      {
        "projection.enabled"        = "true"
        "storage.location.template" = "${table.location}${join("/", [for key in table.partition_keys : "${key.name}=$${${key.name}}"])}/"
      },
      [for key in table.partition_keys : { for property, value in key.projection : "projection.${key.name}.${property}" => value }]...
    ) : {}
  }
}

resource "aws_glue_catalog_table" "this" {
  for_each = { for name, table in var.tables : name => table if table.format != "iceberg" }

  name          = each.key
  database_name = local.database_name
  description   = each.value.description
  # Without it MSCK REPAIR TABLE fails with a null pointer.
  table_type = "EXTERNAL_TABLE"

  parameters = merge(
    { EXTERNAL = "TRUE", classification = each.value.format },
    local.projection_parameters[each.key],
    each.value.parameters,
  )

  storage_descriptor {
    location      = each.value.location
    input_format  = local.formats[each.value.format].input
    output_format = local.formats[each.value.format].output

    ser_de_info {
      name                  = each.value.format
      serialization_library = local.formats[each.value.format].serde
      parameters            = local.formats[each.value.format].parameters
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

  dynamic "partition_keys" {
    for_each = each.value.partition_keys

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }
}

# An Iceberg table keeps its columns, files and versions itself; Glue knows where the newest of that is. Terraform makes
# the table and nothing more: each commit writes the parameters and the columns anew, and columns that Glue alone learned
# of would be in no file. New columns are added by ALTER TABLE ... ADD COLUMNS.
resource "aws_glue_catalog_table" "iceberg" {
  for_each = { for name, table in var.tables : name => table if table.format == "iceberg" }

  name          = each.key
  database_name = local.database_name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"
  parameters    = each.value.parameters

  open_table_format_input {
    iceberg_input {
      metadata_operation = "CREATE"
      # AWS rule: Firehose writes format version 2 only, reference 8.
      version = "2"
    }
  }

  storage_descriptor {
    location = each.value.location

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }

  lifecycle {
    ignore_changes = [parameters, storage_descriptor]
  }
}
