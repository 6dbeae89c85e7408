output "stream_name" {
  description = "Where producers put records."
  value       = module.pipeline.stream_name
}

output "table" {
  description = "What to query."
  value       = "${module.catalog.database_name}.customers"
}

output "views" {
  description = "Views over the table."
  value       = module.pipeline.view_names
}
