# What all datasets share: key, buckets, database, workgroup. The datasets themselves are in datasets.tf.
locals {
  name = "${var.name}-${var.environment}"
  # Ends the names of what is the account's and not a Region's.
  global_suffix = var.global_suffix == null ? "-${var.region}" : var.global_suffix

  kms_key_arn = one(module.encryption[*].key_arn)
}

module "encryption" {
  source = "./modules/encryption"
  count  = var.customer_key ? 1 : 0

  name        = local.name
  description = "Encrypts the lake ${local.name}: buckets, streams, query results, logs"
  # With force_destroy the lake goes for good; the shortest window that AWS allows keeps the key from outliving it long.
  deletion_window_days = var.force_destroy ? 7 : 30
  alarm_topics         = var.monitoring.enabled
  user_role_arns       = local.foreign_role_arns
  log_group_patterns   = concat(["/aws/kinesisfirehose/${local.name}-*", "/aws/lambda/${local.name}-*"], local.crawls ? ["/aws-glue/crawlers*"] : [])
}

module "lake_storage" {
  source = "./modules/lake_storage"

  name          = local.name
  kms_key_arn   = local.kms_key_arn
  force_destroy = var.force_destroy

  data_lifecycle             = { transitions = var.storage.data_transitions, expiration_days = var.storage.data_expiration_days }
  error_expiration_days      = var.storage.error_expiration_days
  raw_expiration_days        = var.storage.raw_expiration_days
  results_expiration_days    = var.storage.results_expiration_days
  noncurrent_expiration_days = var.storage.noncurrent_expiration_days
  access_logging             = var.storage.access_logging
  replication                = var.storage.replication
  bucket_policies            = var.storage.bucket_policies
  writer_role_arns           = var.sharing.lake_writers
  role_path                  = var.role_path
  global_suffix              = local.global_suffix

  permissions_boundary_arn = var.permissions_boundary_arn
}

module "catalog" {
  source = "./modules/catalog"

  database = {
    name        = replace(local.name, "-", "_")
    description = "Tables of the lake ${local.name}, one per data contract"
  }
}

module "query" {
  source = "./modules/query"

  name             = local.name
  description      = "Queries of the lake ${local.name}"
  results          = { bucket = module.lake_storage.results_bucket, kms_key_arn = local.kms_key_arn }
  scan_limit_bytes = var.query_scan_limit_bytes
  force_destroy    = var.force_destroy
  named_queries    = merge([for pipeline in values(module.pipeline) : pipeline.named_queries]...)
  query_files      = var.query_files == null ? null : { folder = var.query_files, database = module.catalog.database_name }

  prepared_statements      = merge([for pipeline in values(module.pipeline) : pipeline.prepared_statements]...)
  prepared_statement_files = var.prepared_statement_files
}

module "monitoring" {
  source = "./modules/monitoring"
  count  = var.monitoring.enabled ? 1 : 0

  name                = local.name
  pipelines           = { for dataset, pipeline in module.pipeline : dataset => pipeline.monitored }
  workgroup_name      = module.query.workgroup_name
  thresholds          = var.monitoring.thresholds
  count_error_objects = var.monitoring.count_error_objects
  dashboard           = var.monitoring.dashboard
  global_suffix       = local.global_suffix

  notify = {
    emails      = var.monitoring.emails
    https       = var.monitoring.https
    topic_arn   = var.monitoring.topic_arn
    kms_key_arn = local.kms_key_arn
  }

  budget = var.monitoring.budget_usd == null ? null : {
    monthly_usd = var.monitoring.budget_usd
    percents    = var.monitoring.budget_percents
    tag         = { key = "Project", value = var.name }
  }
}
