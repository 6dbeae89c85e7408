output "database" {
  description = "Name of the Glue database."
  value       = module.catalog.database_name
}

output "workgroup" {
  description = "Name of the Athena workgroup."
  value       = module.query.workgroup_name
}

output "data_bucket" {
  description = "Name of the bucket that the data lies in."
  value       = module.lake_storage.data_bucket
}

output "crawler_name" {
  description = "Name of the crawler."
  value       = module.catalog.crawler_name
}
