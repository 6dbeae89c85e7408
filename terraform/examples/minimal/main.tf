# One dataset, as little as possible: the keys that AWS manages, every other setting at its default.

module "lake_storage" {
  source = "../../modules/lake_storage"

  name = var.name
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = replace(var.name, "-", "_") }
}

module "pipeline" {
  source = "../../modules/pipeline"

  name          = var.name
  dataset       = "events"
  contract      = file("${path.module}/../../../schemas/events.schema.json")
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  transform     = { package_path = "${var.packages_dir}/events.zip" }
}

module "query" {
  source = "../../modules/query"

  name          = var.name
  results       = { bucket = module.lake_storage.results_bucket }
  named_queries = module.pipeline.named_queries
}
