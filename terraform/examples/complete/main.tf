# Two datasets with settings of their own, a customer key, access logs, copies in another Region, a stream that another
# account reads, alarms, a dashboard and a budget.

locals {
  datasets = {
    events = {
      stream = {
        mode      = "ON_DEMAND"
        consumers = ["tail", "partner"]
        sharing   = { consumer_role_arns = { partner = var.partner_role_arns } }
      }
      delivery = { interval_seconds = 120 }
    }
    customers = {
      stream   = { shard_count = 2, shard_level_metrics = ["IteratorAgeMilliseconds"] }
      delivery = { format = "orc", column_compression = "ZLIB", time_zone = "Europe/Madrid" }
    }
  }
  tags = { Team = "data", CostCenter = "1234" }
}

module "encryption" {
  source = "../../modules/encryption"

  name               = var.name
  alarm_topics       = true
  user_role_arns     = var.partner_role_arns
  log_group_patterns = ["/aws/kinesisfirehose/${var.name}-*", "/aws/lambda/${var.name}-*"]

  tags = local.tags
}

module "lake_storage" {
  source = "../../modules/lake_storage"

  name        = var.name
  kms_key_arn = module.encryption.key_arn

  data_lifecycle = {
    transitions     = [{ days = 60, storage_class = "STANDARD_IA" }, { days = 365, storage_class = "GLACIER_IR" }]
    expiration_days = 2555
  }
  access_logging = { bucket = var.access_log_bucket, prefix = "s3/" }
  replication    = var.copies == null ? {} : { raw = { bucket = var.copies.bucket, kms_key_arn = var.copies.kms_key_arn, storage_class = "GLACIER_IR" } }
  role_path      = "/lake/"

  permissions_boundary_arn = var.permissions_boundary_arn

  tags = local.tags
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = replace(var.name, "-", "_") }

  tags = local.tags
}

module "pipeline" {
  source   = "../../modules/pipeline"
  for_each = local.datasets

  name          = var.name
  dataset       = each.key
  contract      = file("${path.module}/../../../schemas/${each.key}.schema.json")
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  kms_key_arn   = module.encryption.key_arn

  stream    = each.value.stream
  transform = { package_path = "${var.packages_dir}/${each.key}.zip", memory_mb = 1024, tracing = true }
  delivery  = each.value.delivery
  backup    = { interval_seconds = 600 }

  log_retention_days = 90
  role_path          = "/lake/"

  permissions_boundary_arn = var.permissions_boundary_arn

  tags = local.tags
}

module "query" {
  source = "../../modules/query"

  name             = var.name
  results          = { bucket = module.lake_storage.results_bucket, kms_key_arn = module.encryption.key_arn }
  scan_limit_bytes = 1099511627776
  named_queries    = merge([for pipeline in values(module.pipeline) : pipeline.named_queries]...)

  tags = local.tags
}

module "monitoring" {
  source = "../../modules/monitoring"

  name           = var.name
  pipelines      = { for dataset, pipeline in module.pipeline : dataset => pipeline.monitored }
  workgroup_name = module.query.workgroup_name
  notify         = { emails = var.alarm_emails, kms_key_arn = module.encryption.key_arn }
  budget         = { monthly_usd = 500, tag = { key = "Team", value = "data" } }

  tags = local.tags
}
