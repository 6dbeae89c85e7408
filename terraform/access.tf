# Ready policies for those who use the lake: documents always (outputs), managed policies when asked for.
module "producer_policy" {
  source = "./modules/producer_policy"

  streams = [for pipeline in values(module.pipeline) : { arn = pipeline.stream_arn, kms_key_arn = pipeline.stream_kms_key_arn }]
  policy  = var.access_policies ? { name = "${local.name}-producer${local.global_suffix}", path = var.role_path, description = "Puts records to the streams of the lake ${local.name}" } : null
}

module "consumer_policy" {
  source = "./modules/consumer_policy"

  workgroup_name = module.query.workgroup_name
  database       = { name = module.catalog.database_name, registered_partitions = local.registered_partitions }
  # Error records have tables too.
  data    = { bucket = module.lake_storage.data_bucket, prefixes = ["data/", "errors/"], kms_key_arn = local.kms_key_arn }
  results = { bucket = module.lake_storage.results_bucket, kms_key_arn = local.kms_key_arn }
  policy  = var.access_policies ? { name = "${local.name}-consumer${local.global_suffix}", path = var.role_path, description = "Queries the lake ${local.name}" } : null
}

locals {
  # Partitions that are not projected are looked up in the catalog.
  registered_partitions = anytrue([for settings in values(local.settings) : try(settings.table.partition_discovery, "projection") != "projection"])

  crawls = anytrue([for settings in values(local.settings) : try(settings.table.partition_discovery, "projection") == "crawler"])
}
