# Partitions that a crawler registers, for a lake that other engines read too: only Athena knows projection. Terraform owns
# the tables; the crawler adds partitions to them and changes nothing else. The records are put by programs of one's own,
# so there is no stream here.

module "lake_storage" {
  source = "../../modules/lake_storage"

  name          = var.name
  force_destroy = var.force_destroy
}

module "contract" {
  source = "../../modules/contract"

  contract = file("${path.module}/readings.schema.json")
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = replace(var.name, "-", "_") }

  tables = {
    readings = {
      description         = module.contract.description
      location            = "s3://${module.lake_storage.data_bucket}/data/readings/"
      columns             = module.contract.columns
      partition_keys      = module.contract.partition_keys
      partition_discovery = "crawler"
      unique_key          = module.contract.unique_key
    }
    # Registered by whoever writes them: ALTER TABLE readings_by_hand ADD PARTITION ...
    readings_by_hand = {
      location            = "s3://${module.lake_storage.data_bucket}/data/readings_by_hand/"
      columns             = module.contract.columns
      partition_keys      = module.contract.partition_keys
      partition_discovery = "none"
    }
  }

  crawler = { name = "${var.name}-readings" }
}

module "query" {
  source = "../../modules/query"

  name          = var.name
  results       = { bucket = module.lake_storage.results_bucket }
  force_destroy = var.force_destroy

  query_files              = { folder = "${path.module}/queries", database = module.catalog.database_name }
  prepared_statement_files = "${path.module}/prepared"
}
