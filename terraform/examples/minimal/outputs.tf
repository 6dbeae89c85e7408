output "stream_name" {
  description = "Name of the stream that producers write to."
  value       = module.pipeline.stream_name
}

output "workgroup" {
  description = "Athena workgroup to query in."
  value       = module.query.workgroup_name
}
