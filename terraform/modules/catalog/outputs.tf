output "database_name" {
  description = "Name of the Glue database."
  value       = local.database_name
}

output "table_names" {
  description = "Name of each table by its key in tables; a value is known only after the table is made, so that what refers to it waits."
  value       = { for name, table in aws_glue_catalog_table.this : name => split(":", table.id)[length(split(":", table.id)) - 1] }
}

output "table_arns" {
  description = "ARN of each table by its name."
  value       = { for name, table in aws_glue_catalog_table.this : name => table.arn }
}
