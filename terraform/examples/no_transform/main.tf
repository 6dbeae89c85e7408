# No Lambda: records are delivered as they were produced. One dataset becomes Parquet by arrival time, the other stays JSON,
# compressed, partitioned by a field of the record (which dynamic partitioning reads with jq).

module "lake_storage" {
  source = "../../modules/lake_storage"

  name = var.name
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = replace(var.name, "-", "_") }
}

module "customers" {
  source = "../../modules/pipeline"

  name          = var.name
  dataset       = "customers"
  contract      = file("${path.module}/../../../schemas/customers.schema.json")
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
}

module "clicks" {
  source = "../../modules/pipeline"

  name          = var.name
  dataset       = "clicks"
  contract      = file("${path.module}/clicks.schema.json")
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  delivery      = { format = "json", partition_queries = { site = ".site" } }
  # A backup is of records that are changed on the way; these are not.
  backup = null
}
