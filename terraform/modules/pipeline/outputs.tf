output "stream_name" {
  description = "Name of the Kinesis stream."
  value       = local.stream.name
}

output "stream_arn" {
  description = "ARN of the Kinesis stream."
  value       = local.stream.arn
}

output "stream_kms_key_arn" {
  description = "ARN of the customer key that encrypts the stream; null for the key that AWS manages."
  value       = local.stream.kms_key_arn
}

output "consumer_arns" {
  description = "ARN of each consumer with enhanced fan-out, by its name."
  value       = var.source_stream == null ? one(module.stream[*].consumer_arns) : {}
}

output "delivery_stream_name" {
  description = "Name of the delivery stream."
  value       = module.delivery.name
}

output "delivery_stream_arn" {
  description = "ARN of the delivery stream."
  value       = module.delivery.arn
}

output "delivery_role_arn" {
  description = "ARN of the delivery stream's role."
  value       = module.delivery.role_arn
}

output "function_name" {
  description = "Name of the transform function; null without one."
  value       = one(module.transform[*].function_name)
}

output "transform_role_arn" {
  description = "ARN of the transform function's role; null without one."
  value       = one(module.transform[*].role_arn)
}

output "table_name" {
  description = "Name of the Glue table."
  value       = module.catalog.table_names[var.dataset]
}

output "crawler_name" {
  description = "Name of the crawler that registers partitions; null without one."
  value       = module.catalog.crawler_name
}

output "view_names" {
  description = "Names of the views of the dataset: without duplicates, of each kind of record, of errors."
  value       = module.catalog.view_names
}

output "partition_keys" {
  description = "Names of the partition keys in order."
  value       = local.partition_keys
}

output "delivery_prefix" {
  description = "Prefix of data objects with its expressions, as the delivery stream has it."
  value       = local.delivery_prefix
}

output "data_prefix" {
  description = "Prefix of data objects in the data bucket."
  value       = local.data_prefix
}

output "error_prefix" {
  description = "Prefix of error records in the data bucket."
  value       = local.error_prefix
}

output "raw_prefix" {
  description = "Prefix of the raw backup in the raw bucket."
  value       = local.raw_prefix
}

output "data_location" {
  description = "The s3:// address of the data."
  value       = "s3://${var.buckets.data}/${local.data_prefix}"
}

output "error_location" {
  description = "The s3:// address of error records."
  value       = "s3://${var.buckets.data}/${local.error_prefix}"
}

output "raw_location" {
  description = "The s3:// address of the raw backup."
  value       = "s3://${var.buckets.raw}/${local.raw_prefix}"
}

output "log_group" {
  description = "Name of the log group of delivery errors."
  value       = module.delivery.log_group_name
}

output "transform_log_group" {
  description = "Name of the transform function's log group; null without one."
  value       = one(module.transform[*].log_group_name)
}

output "named_queries" {
  description = "Saved queries about the dataset for the query module, by <dataset>_<name>."
  value = {
    for name, text in local.query_texts : "${var.dataset}_${name}" => {
      database    = var.database_name
      description = trimprefix(split("\n", text)[0], "-- ")
      query       = text
    }
  }
}

output "prepared_statements" {
  description = "Prepared statements about the dataset for the query module, by <dataset>_<name>."
  value = {
    for name, text in local.statement_texts : "${var.dataset}_${name}" => {
      description = trimprefix(split("\n", text)[0], "-- ")
      statement   = text
    }
  }
}

output "monitored" {
  description = "What the monitoring module has to know of the pipeline."
  value = {
    stream_name          = local.stream_is_here ? local.stream.name : null
    delivery_stream_name = module.delivery.name
    function_name        = one(module.transform[*].function_name)
    timeout_seconds      = try(var.transform.timeout_seconds, 120)
    converts             = contains(["parquet", "orc"], var.delivery.format)
    iceberg              = local.iceberg
    delivery_seconds     = var.delivery.interval_seconds + try(var.transform.interval_seconds, 0)
    error_bucket         = var.buckets.data
    error_prefix         = local.error_prefix
  }
}

output "role_policies" {
  description = "What each role of the pipeline is allowed, as JSON, by delivery, transform and crawler (null: there is none): what existing_roles have to be allowed."
  value = {
    delivery  = module.delivery.role_policy
    transform = one(module.transform[*].role_policy)
    crawler   = module.catalog.crawler_role_policy
  }
}
