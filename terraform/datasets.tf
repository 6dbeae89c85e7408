# One pipeline per data contract: a file more in schemas_dir is a dataset more in the lake.
locals {
  contracts = {
    for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json") => file("${var.schemas_dir}/${file}")
  }

  # The dataset's own settings over the defaults; what neither sets is left to the pipeline module.
  settings = {
    for dataset in keys(local.contracts) : dataset => {
      for group in ["stream", "transform", "delivery", "backup", "table", "views"] : group => merge(
        { for setting, value in var.pipeline_defaults[group] : setting => value if value != null },
        { for setting, value in try(var.dataset_settings[dataset][group], {}) : setting => value if value != null },
      )
    }
  }
}

module "pipeline" {
  source   = "./modules/pipeline"
  for_each = local.contracts

  name          = local.name
  dataset       = each.key
  contract      = each.value
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  kms_key_arn   = local.kms_key_arn

  stream        = merge(local.settings[each.key].stream, { sharing = local.sharing[each.key] })
  source_stream = lookup(var.source_streams, each.key, null)
  transform = try(local.settings[each.key].transform.enabled, true) ? merge(local.settings[each.key].transform, {
    package_path = "${var.transform_packages_dir}/${each.key}.zip"
  }) : null
  delivery = local.settings[each.key].delivery
  backup   = try(local.settings[each.key].backup.enabled, true) ? local.settings[each.key].backup : null
  table    = local.settings[each.key].table
  views    = local.settings[each.key].views

  error_days         = coalesce(var.storage.error_expiration_days, 3650)
  log_retention_days = var.log_retention_days
  vpc_config         = var.vpc_config
  role_path          = var.role_path

  permissions_boundary_arn = var.permissions_boundary_arn
}
