locals {
  # The whole event of a run, one for each table: what is compacted and by which rules.
  requests = {
    for name, table in var.tables : name => jsonencode({
      database   = table.database_name
      table      = table.table_name
      unique_key = table.unique_key
      workgroup  = var.workgroup.name
      manifests  = "s3://${var.manifests.bucket}/${var.manifests.prefix}${table.database_name}/${table.table_name}/"
      # Partitions in the time of a zone end up to twelve hours after those of the same name in UTC.
      closed_after_seconds = (var.closing.after_hours + (table.time_zone == "UTC" ? 0 : 12)) * 3600
      settle_seconds       = var.closing.settle_minutes * 60
      lookback_days        = var.closing.lookback_days
      grace_seconds        = var.merging.grace_seconds
      target_file_bytes    = var.merging.file_mb * 1048576
      max_objects          = var.merging.max_objects
      max_bytes            = var.merging.max_gb * 1073741824
      compression          = var.merging.compression
    })
  }
}

module "function" {
  source = "../function"

  name        = var.name
  description = "Merges small files and removes duplicates in closed partitions"
  package     = var.package
  handler     = "lambda_compaction.handler.handler"
  policy      = data.aws_iam_policy_document.this.json
  # The next scheduled run goes on where a failed one has ended.
  retries = 0

  memory_mb       = 256
  timeout_seconds = 900
  vpc_config      = var.vpc_config
  tracing         = var.tracing
  logs            = var.logs
  kms_key_arn     = var.kms_key_arn

  role_path                = var.role_path
  global_suffix            = var.global_suffix
  existing_role            = var.existing_role
  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}

module "schedule" {
  source = "../schedule"

  name              = var.name
  description       = "Merges small files and removes duplicates in closed partitions"
  expression        = var.schedule.expression
  time_zone         = var.schedule.time_zone
  enabled           = var.schedule.enabled
  flexible_minutes  = var.schedule.flexible_minutes
  function_arn      = module.function.function_arn
  inputs            = local.requests
  dead_letter_queue = { create = var.schedule.dead_letter_queue }

  role_path                = var.role_path
  global_suffix            = var.global_suffix
  existing_role            = var.existing_schedule_role
  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}
