# The settings of a lake as Terraform resolves them, with the defaults of the modules, for the estimate of what it costs.
# No resource and no provider: it needs no account. scripts/lake_settings.py puts it beside variables.tf, settings.tf and
# sharing.tf of the root stack, in a folder of its own.

module "pipeline" {
  source   = "./estimate/pipeline"
  for_each = local.contracts

  name          = "${var.name}-${var.environment}"
  dataset       = each.key
  contract      = each.value
  buckets       = { data = "data", raw = "raw" }
  database_name = "lake"

  stream        = local.pipelines[each.key].stream
  source_stream = local.pipelines[each.key].source_stream
  transform     = local.pipelines[each.key].transform
  delivery      = local.pipelines[each.key].delivery
  backup        = local.pipelines[each.key].backup
  table         = local.pipelines[each.key].table
}

module "contract" {
  source   = "./modules/contract"
  for_each = local.contracts

  contract = each.value
}

output "lake" {
  description = "What all datasets share."
  value = {
    customer_key       = var.customer_key
    storage            = var.storage
    monitoring         = { enabled = var.monitoring.enabled, dashboard = var.monitoring.dashboard, count_error_objects = var.monitoring.count_error_objects }
    compaction_enabled = var.compaction.enabled
    quicksight_enabled = var.quicksight.enabled
    in_vpc             = var.vpc_config != null
    account_id         = var.account_id
    role_path          = var.role_path

    permissions_boundary_arn = var.permissions_boundary_arn
  }
}

output "datasets" {
  description = "What is set of each dataset, and where its records are put."
  value = {
    for dataset, pipeline in module.pipeline : dataset => merge(pipeline.settings, {
      partitioned_by = module.contract[dataset].partitioned_by
      # Values of each partition key that are known beforehand.
      partition_values = [for key in module.contract[dataset].partition_keys : split(",", lookup(key.projection, "values", ""))]
    })
  }
}
