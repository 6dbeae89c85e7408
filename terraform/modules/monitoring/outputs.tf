output "topic_arn" {
  description = "ARN of the topic that alarms are published to."
  value       = local.topic_arn
}

output "alarm_names" {
  description = "Names of all alarms."
  value       = sort(concat(values(aws_cloudwatch_metric_alarm.this)[*].alarm_name, aws_cloudwatch_metric_alarm.scanned_bytes[*].alarm_name))
}

output "dashboard_name" {
  description = "Name of the dashboard; null without one."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}
