output "stream_names" {
  description = "Name of each dataset's stream."
  value       = { for dataset, pipeline in module.pipeline : dataset => pipeline.stream_name }
}

output "workgroup" {
  description = "Athena workgroup to query in."
  value       = module.query.workgroup_name
}

output "alarm_topic_arn" {
  description = "Topic that alarms are published to."
  value       = module.monitoring.topic_arn
}
