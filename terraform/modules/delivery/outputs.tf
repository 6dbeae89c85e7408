output "name" {
  description = "Name of the delivery stream."
  value       = aws_kinesis_firehose_delivery_stream.this.name
}

output "arn" {
  description = "ARN of the delivery stream."
  value       = aws_kinesis_firehose_delivery_stream.this.arn
}

output "role_arn" {
  description = "ARN of the delivery stream's role."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of the delivery stream's role."
  value       = aws_iam_role.this.name
}

output "log_group_name" {
  description = "Name of the log group of delivery errors."
  value       = aws_cloudwatch_log_group.this.name
}
