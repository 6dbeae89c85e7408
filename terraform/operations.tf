# What works on the lake beside the pipelines, each when it is asked for: a publisher, its schedules, compaction, reports.
locals {
  # Tables whose files can be merged without losing a field: JSON lines may hold more than the table knows.
  compactable = {
    for dataset, contract in local.contracts : dataset => try(jsondecode(contract)["x-unique-key"], [])
    if length(try(jsondecode(contract)["x-unique-key"], [])) > 0 && contains(["parquet", "orc"], try(local.settings[dataset].delivery.format, "parquet"))
  }
}

module "publisher" {
  source = "./modules/publisher"
  count  = var.publisher.enabled ? 1 : 0

  name            = "${local.name}-publisher"
  package         = { path = "${var.function_packages_dir}/publisher.zip" }
  streams         = { for dataset, pipeline in module.pipeline : dataset => { name = pipeline.stream_name, arn = pipeline.stream_arn, kms_key_arn = pipeline.stream_kms_key_arn } }
  default_dataset = var.publisher.default_dataset

  logs                     = { retention_days = var.log_retention_days, kms_key_arn = local.kms_key_arn }
  kms_key_arn              = local.kms_key_arn
  vpc_config               = var.vpc_config
  role_path                = var.role_path
  global_suffix            = local.global_suffix
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "batch" {
  source   = "./modules/schedule"
  for_each = var.publisher.enabled ? var.publisher.schedules : {}

  name              = "${local.name}-${each.key}"
  description       = "Sends events to the lake ${local.name}"
  expression        = each.value.expression
  time_zone         = each.value.time_zone
  enabled           = each.value.enabled
  flexible_minutes  = each.value.flexible_minutes
  function_arn      = module.publisher[0].function_arn
  inputs            = { "" = each.value.input }
  dead_letter_queue = { create = true }

  role_path                = var.role_path
  global_suffix            = local.global_suffix
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "compaction" {
  source = "./modules/compaction"
  count  = var.compaction.enabled ? 1 : 0

  name    = "${local.name}-compaction"
  package = { path = "${var.function_packages_dir}/compaction.zip" }

  tables = {
    for dataset, unique_key in local.compactable : dataset => {
      database_name         = module.catalog.database_name
      table_name            = module.pipeline[dataset].table_name
      unique_key            = unique_key
      bucket                = module.lake_storage.data_bucket
      prefix                = module.pipeline[dataset].data_prefix
      kms_key_arn           = local.kms_key_arn
      time_zone             = try(local.settings[dataset].delivery.time_zone, "UTC")
      registered_partitions = try(local.settings[dataset].table.partition_discovery, "projection") != "projection"
    }
  }

  workgroup = { name = module.query.workgroup_name, bucket = module.lake_storage.results_bucket, kms_key_arn = local.kms_key_arn }
  manifests = { bucket = module.lake_storage.data_bucket, kms_key_arn = local.kms_key_arn }
  closing   = var.compaction.closing
  merging   = var.compaction.merging
  schedule  = var.compaction.schedule

  logs                     = { retention_days = var.log_retention_days, kms_key_arn = local.kms_key_arn }
  kms_key_arn              = local.kms_key_arn
  vpc_config               = var.vpc_config
  role_path                = var.role_path
  global_suffix            = local.global_suffix
  permissions_boundary_arn = var.permissions_boundary_arn
}

# What a report has to know of each dataset's columns.
module "reported" {
  source   = "./modules/contract"
  for_each = var.quicksight.enabled ? local.contracts : {}

  contract = each.value
}

module "quicksight" {
  source = "./modules/quicksight"
  count  = var.quicksight.enabled ? 1 : 0

  name           = local.name
  workgroup_name = module.query.workgroup_name
  owners         = var.quicksight.owners
  viewers        = var.quicksight.viewers
  import_mode    = var.quicksight.import_mode
  global_suffix  = local.global_suffix

  datasets = {
    for dataset, contract in module.reported : dataset => {
      database_name = module.catalog.database_name
      view_name     = try(local.settings[dataset].views.deduplicated, true) ? "${dataset}_deduplicated" : dataset
      columns       = concat(contract.columns, contract.partition_keys)
      key           = try(contract.unique_key[0], contract.columns[0].name)
      time          = try([for column in contract.columns : column.name if contains(["timestamp", "date"], column.type)][0], null)
      kind          = contract.kind_column
    }
  }
}
