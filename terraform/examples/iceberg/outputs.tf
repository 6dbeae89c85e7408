output "stream_name" {
  description = "Where producers put records."
  value       = module.stream.name
}

output "table" {
  description = "What to query."
  value       = "${module.catalog.database_name}.${aws_glue_catalog_table.customers.name}"
}
