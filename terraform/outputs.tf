output "target" {
  description = "Kind of place the lake is deployed to."
  value       = var.target

  # The provider refuses too (see providers.tf), but cannot say why.
  precondition {
    condition     = terraform.workspace == local.workspace
    error_message = "this is the workspace ${terraform.workspace}, but the variables say target ${var.target} and environment ${var.environment}: run `terraform workspace select ${local.workspace}`, or `make deploy` for another target"
  }
}

output "environment" {
  description = "Name of the environment."
  value       = var.environment
}

output "region" {
  description = "Region of the lake."
  value       = var.region
}

output "account_id" {
  description = "Account of the lake."
  value       = var.account_id
}

output "endpoint" {
  description = "Address of the local AWS; null on AWS itself."
  value       = var.endpoint
}

output "database" {
  description = "Name of the Glue database."
  value       = module.catalog.database_name
}

output "workgroup" {
  description = "Name of the Athena workgroup."
  value       = module.query.workgroup_name
}

output "data_bucket" {
  description = "Name of the bucket for data and error records."
  value       = module.lake_storage.data_bucket
}

output "raw_bucket" {
  description = "Name of the bucket for the raw backup."
  value       = module.lake_storage.raw_bucket
}

output "results_bucket" {
  description = "Name of the bucket for query results."
  value       = module.lake_storage.results_bucket
}

output "kms_key_arn" {
  description = "ARN of the lake's own key; null when the keys that AWS manages are used."
  value       = local.kms_key_arn
}

output "datasets" {
  description = "Streams, function, table and places of each dataset."
  value = {
    for dataset, pipeline in module.pipeline : dataset => {
      stream_name          = pipeline.stream_name
      stream_arn           = pipeline.stream_arn
      stream_kms_key_arn   = pipeline.stream_kms_key_arn
      consumer_arns        = pipeline.consumer_arns
      delivery_stream_name = pipeline.delivery_stream_name
      delivery_stream_arn  = pipeline.delivery_stream_arn
      delivery_role_arn    = pipeline.delivery_role_arn
      table_name           = pipeline.table_name
      function_name        = pipeline.function_name
      data_prefix          = pipeline.data_prefix
      error_prefix         = pipeline.error_prefix
      raw_prefix           = pipeline.raw_prefix
      data_location        = pipeline.data_location
      error_location       = pipeline.error_location
      raw_location         = pipeline.raw_location
      partition_keys       = pipeline.partition_keys
      log_group            = pipeline.log_group
      transform_log_group  = pipeline.transform_log_group
    }
  }
}

output "named_queries" {
  description = "Id of each saved query by its name."
  value       = module.query.named_query_ids
}

output "prepared_statements" {
  description = "Names of the prepared statements: EXECUTE <name> USING <values> runs one."
  value       = module.query.prepared_statement_names
}

output "views" {
  description = "Names of the views of each dataset."
  value       = { for dataset, pipeline in module.pipeline : dataset => pipeline.view_names }
}

output "crawlers" {
  description = "Name of each dataset's crawler, of those that have one."
  value       = { for dataset, pipeline in module.pipeline : dataset => pipeline.crawler_name if pipeline.crawler_name != null }
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are published to; null when the lake is not watched."
  value       = one(module.monitoring[*].topic_arn)
}

output "producer_policy" {
  description = "Policy document for programs that send records, and the ARN of the managed policy of it (null when there is none)."
  value       = { json = module.producer_policy.json, arn = module.producer_policy.policy_arn }
}

output "consumer_policy" {
  description = "Policy document for those who query the lake, and the ARN of the managed policy of it (null when there is none)."
  value       = { json = module.consumer_policy.json, arn = module.consumer_policy.policy_arn }
}

output "publisher_function" {
  description = "Name of the function that sends events; null when there is none."
  value       = one(module.publisher[*].function_name)
}

output "compaction_function" {
  description = "Name of the function that compacts tables; null when there is none."
  value       = one(module.compaction[*].function_name)
}

output "compaction_requests" {
  description = "Event with which that function compacts a dataset, as JSON text."
  value       = try(module.compaction[0].requests, {})
}
