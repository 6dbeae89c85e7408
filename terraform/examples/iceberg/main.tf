# An Iceberg table instead of Hive partitions: rows are committed, and the delivery knows the table's unique keys. Without a
# transform every record is a new row; a transform can say for each record whether it inserts, updates or deletes the row
# with its keys. The table is made before the delivery stream, which looks at it. The local AWS refuses this destination.

module "contract" {
  source = "../../modules/contract"

  contract = file("${path.module}/../../../schemas/customers.schema.json")
}

module "encryption" {
  source = "../../modules/encryption"

  name = var.name
}

module "lake_storage" {
  source = "../../modules/lake_storage"

  name        = var.name
  kms_key_arn = module.encryption.key_arn
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = replace(var.name, "-", "_") }
}

resource "aws_glue_catalog_table" "customers" {
  name          = "customers"
  database_name = module.catalog.database_name
  description   = module.contract.description
  table_type    = "EXTERNAL_TABLE"

  open_table_format_input {
    iceberg_input {
      metadata_operation = "CREATE"
      version            = "2"
    }
  }

  storage_descriptor {
    location = "s3://${module.lake_storage.data_bucket}/iceberg/customers/"

    dynamic "columns" {
      for_each = module.contract.columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }

  # Every commit writes the place of the newest metadata into the parameters.
  lifecycle {
    ignore_changes = [parameters]
  }
}

module "stream" {
  source = "../../modules/stream"

  name    = "${var.name}-customers"
  kms_key = module.encryption.key_arn
}

module "delivery" {
  source = "../../modules/delivery"

  name          = "${var.name}-customers"
  source_stream = { arn = module.stream.arn, kms_key_arn = module.encryption.key_arn }

  destination = {
    bucket       = module.lake_storage.data_bucket
    prefix       = "iceberg/customers/"
    error_prefix = "errors/customers/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    kms_key_arn  = module.encryption.key_arn
  }
  format = {
    type          = "iceberg"
    database_name = module.catalog.database_name
    table_name    = aws_glue_catalog_table.customers.name
    unique_keys   = module.contract.unique_key
  }
  buffering = { size_mb = 64, interval_seconds = 300 }
}
