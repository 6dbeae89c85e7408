# An Iceberg table instead of Hive partitions: rows are committed, and the delivery knows the table's unique keys. Without a
# transform every record is a new row; a transform can say for each record whether it inserts, updates or deletes the row
# with its keys. On AWS there is no raw backup beside an Iceberg table. The local AWS refuses this destination.

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

module "pipeline" {
  source = "../../modules/pipeline"

  name          = var.name
  dataset       = "customers"
  contract      = file("${path.module}/../../../schemas/customers.schema.json")
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  kms_key_arn   = module.encryption.key_arn

  delivery = { format = "iceberg", size_mb = 64, interval_seconds = 300 }
  backup   = null
}
