output "database_name" {
  description = "Name of the Glue database."
  value       = local.database_name
}

output "table_names" {
  description = "Name of each table by its key in tables; a value is known only after the table is made, so that what refers to it waits."
  value       = { for name, table in merge(aws_glue_catalog_table.this, aws_glue_catalog_table.iceberg) : name => split(":", table.id)[length(split(":", table.id)) - 1] }
}

output "table_arns" {
  description = "ARN of each table by its name."
  value       = { for name, table in merge(aws_glue_catalog_table.this, aws_glue_catalog_table.iceberg) : name => table.arn }
}

output "view_names" {
  description = "Names of the views."
  value       = sort([for view in aws_glue_catalog_table.view : view.name])
}

output "error_table_names" {
  description = "Name of each table of error records by its key in error_records."
  value       = { for name, table in aws_glue_catalog_table.error_records : name => table.name }
}

output "crawler_name" {
  description = "Name of the crawler; null without one."
  value       = one(aws_glue_crawler.this[*].name)
}

output "crawler_role_arn" {
  description = "ARN of the crawler's role; null without one."
  value       = local.crawler_role_arn
}

output "crawler_role_policy" {
  description = "What the crawler's role is allowed, as JSON: what an existing_crawler_role has to be allowed; null without a crawler."
  value       = one(data.aws_iam_policy_document.crawler[*].json)
}
