# One pipeline per data contract.
module "pipeline" {
  source   = "./modules/pipeline"
  for_each = local.contracts

  name          = local.name
  dataset       = each.key
  contract      = each.value
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  kms_key_arn   = local.kms_key_arn

  stream        = local.pipelines[each.key].stream
  source_stream = local.pipelines[each.key].source_stream
  transform     = local.pipelines[each.key].transform
  delivery      = local.pipelines[each.key].delivery
  backup        = local.pipelines[each.key].backup
  table         = local.pipelines[each.key].table
  views         = local.pipelines[each.key].views

  error_days         = coalesce(var.storage.error_expiration_days, 3650)
  log_retention_days = var.log_retention_days
  vpc_config         = var.vpc_config
  role_path          = var.role_path
  existing_roles     = try(var.existing_roles[each.key], {})
  global_suffix      = local.global_suffix

  permissions_boundary_arn = var.permissions_boundary_arn
}
