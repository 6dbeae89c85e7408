output "data_source_arn" {
  description = "ARN of the data source."
  value       = aws_quicksight_data_source.this.arn
}

output "data_set_arns" {
  description = "ARN of each data set by its name."
  value       = { for name, data_set in aws_quicksight_data_set.this : name => data_set.arn }
}

output "dashboard_arns" {
  description = "ARN of each data set's dashboard."
  value       = { for name, dashboard in aws_quicksight_dashboard.this : name => dashboard.arn }
}
