output "workgroup_name" {
  description = "Name of the workgroup."
  value       = aws_athena_workgroup.this.name
}

output "workgroup_arn" {
  description = "ARN of the workgroup."
  value       = aws_athena_workgroup.this.arn
}

output "results_location" {
  description = "The s3:// address of query results."
  value       = "s3://${var.results.bucket}/${var.results.prefix}"
}

output "named_query_ids" {
  description = "Id of each saved query by its name."
  value       = { for name, query in aws_athena_named_query.this : name => query.id }
}

output "prepared_statement_names" {
  description = "Names of the prepared statements."
  value       = sort([for statement in aws_athena_prepared_statement.this : statement.name])
}
