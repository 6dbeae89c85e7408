locals {
  # A dataset's name may have _, which is unusual in the names of streams and roles.
  name = "${var.name}-${var.dataset}"

  # An Iceberg table has no folders: keys that are attributes of the record become columns, those of arrival fall away.
  iceberg        = var.delivery.format == "iceberg"
  by_attributes  = module.contract.partitioned_by == "attributes"
  partition_keys = local.iceberg ? [] : module.contract.partition_keys[*].name
  columns        = concat(module.contract.columns, local.iceberg && local.by_attributes ? [for key in module.contract.partition_keys : { name = key.name, type = key.type, comment = key.comment }] : [])

  # !{timestamp:...} gives the arrival of the oldest record in an object; partition keys come from the record itself.
  key_expressions = {
    year  = "!{timestamp:yyyy}"
    month = "!{timestamp:MM}"
    day   = "!{timestamp:dd}"
    hour  = "!{timestamp:HH}"
    dt    = "!{timestamp:yyyy-MM-dd}"
  }
  key_source = var.transform == null ? "partitionKeyFromQuery" : "partitionKeyFromLambda"
  key_folders = [
    for key in local.partition_keys : "${key}=${local.by_attributes ? "!{${local.key_source}:${key}}" : local.key_expressions[key]}"
  ]

  data_prefix     = "data/${var.dataset}/"
  delivery_prefix = join("", concat([local.data_prefix], [for folder in local.key_folders : "${folder}/"]))
  error_prefix    = "errors/${var.dataset}/"
  raw_prefix      = "${var.dataset}/"
}

module "contract" {
  source = "../contract"

  contract      = var.contract
  arrival_years = var.table.arrival_years
}

# Where records come from: a stream of the pipeline's own, or one that is there already.
locals {
  stream = {
    arn         = var.source_stream == null ? one(module.stream[*].arn) : var.source_stream.arn
    name        = var.source_stream == null ? one(module.stream[*].name) : split("/", var.source_stream.arn)[1]
    kms_key_arn = var.source_stream == null ? var.kms_key_arn : var.source_stream.kms_key_arn
  }

  # Metrics of a stream are in the account that has it.
  stream_account_id = try(split(":", var.source_stream.arn)[4], null)
  stream_is_here    = var.source_stream == null ? true : local.stream_account_id == data.aws_caller_identity.current[0].account_id
}

data "aws_caller_identity" "current" {
  count = var.source_stream == null ? 0 : 1
}

moved {
  from = module.stream
  to   = module.stream[0]
}

module "stream" {
  source = "../stream"
  count  = var.source_stream == null ? 1 : 0

  name                = local.name
  capacity            = { mode = var.stream.mode, shard_count = var.stream.shard_count }
  retention_hours     = var.stream.retention_hours
  shard_level_metrics = var.stream.shard_level_metrics
  consumers           = var.stream.consumers
  sharing             = var.stream.sharing
  kms_key             = var.kms_key_arn == null ? "alias/aws/kinesis" : var.kms_key_arn

  tags = var.tags
}

module "transform" {
  source = "../transform"
  count  = var.transform == null ? 0 : 1

  name                 = "${local.name}-transform"
  description          = "Validates, enriches and partitions records of the dataset ${var.dataset}"
  package              = { path = var.transform.package_path, s3 = var.transform.package_s3 }
  runtime              = var.transform.runtime
  architecture         = var.transform.architecture
  memory_mb            = var.transform.memory_mb
  timeout_seconds      = var.transform.timeout_seconds
  reserved_concurrency = var.transform.reserved_concurrency
  tracing              = var.transform.tracing
  environment          = var.transform.environment
  vpc_config           = var.vpc_config
  logs                 = { retention_days = var.log_retention_days, kms_key_arn = var.kms_key_arn }
  kms_key_arn          = var.kms_key_arn
  role_path            = var.role_path
  global_suffix        = var.global_suffix
  existing_role        = var.existing_roles.transform

  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}

module "catalog" {
  source = "../catalog"

  database = { name = var.database_name, create = false }

  tables = {
    (var.dataset) = {
      description         = module.contract.description
      location            = "s3://${var.buckets.data}/${local.data_prefix}"
      format              = var.delivery.format
      columns             = local.columns
      partition_keys      = local.iceberg ? [] : module.contract.partition_keys
      partition_discovery = var.table.partition_discovery
      unique_key          = var.views.deduplicated ? module.contract.unique_key : []
      same_in_duplicates  = var.views.deduplicated ? module.contract.same_in_duplicates : []
      rest_column         = module.contract.rest_column
      kinds               = var.views.kinds ? module.contract.kinds_of_records : {}
    }
  }

  crawler = var.table.partition_discovery == "crawler" ? {
    name        = local.name
    schedule    = var.table.crawler_schedule
    kms_key_arn = var.kms_key_arn
  } : null

  error_records = var.views.errors ? {
    (var.dataset) = {
      location = "s3://${var.buckets.data}/${local.error_prefix}"
      days     = var.error_days
      # No time zone is further ahead of UTC.
      hours_ahead = var.delivery.time_zone == "UTC" ? 0 : 14
    }
  } : {}

  role_path                = var.role_path
  global_suffix            = var.global_suffix
  existing_crawler_role    = var.existing_roles.crawler
  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}

module "delivery" {
  source = "../delivery"

  name          = local.name
  source_stream = { arn = local.stream.arn, kms_key_arn = local.stream.kms_key_arn }

  destination = {
    bucket         = var.buckets.data
    prefix         = local.delivery_prefix
    error_prefix   = "${local.error_prefix}!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    kms_key_arn    = var.kms_key_arn
    time_zone      = var.delivery.time_zone
    file_extension = var.delivery.file_extension
  }

  format = {
    type               = var.delivery.format
    database_name      = var.database_name
    table_name         = module.catalog.table_names[var.dataset]
    schema_fingerprint = module.contract.fingerprint
    column_compression = var.delivery.column_compression
    compression        = var.delivery.compression
    unique_keys        = local.iceberg ? module.contract.unique_key : []
    retry_seconds      = var.delivery.retry_seconds
  }

  buffering    = { size_mb = var.delivery.size_mb, interval_seconds = var.delivery.interval_seconds }
  partitioning = local.by_attributes && !local.iceberg ? { queries = var.transform == null ? var.delivery.partition_queries : {}, retry_seconds = var.delivery.retry_seconds } : null

  transform = var.transform == null ? null : {
    function_arn     = module.transform[0].qualified_arn
    buffer_size_mb   = var.transform.buffer_size_mb
    interval_seconds = var.transform.interval_seconds
    retries          = var.transform.retries
  }

  append_newline = var.transform == null && var.delivery.format == "json"

  backup = var.backup == null ? null : {
    bucket           = var.buckets.raw
    prefix           = "${local.raw_prefix}!{timestamp:yyyy/MM/dd/HH}/"
    error_prefix     = "${local.raw_prefix}errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    kms_key_arn      = var.kms_key_arn
    size_mb          = var.backup.size_mb
    interval_seconds = var.backup.interval_seconds
    compression      = var.backup.compression
  }

  logs                     = { retention_days = var.log_retention_days, kms_key_arn = var.kms_key_arn }
  role_path                = var.role_path
  global_suffix            = var.global_suffix
  existing_role            = var.existing_roles.delivery
  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}
