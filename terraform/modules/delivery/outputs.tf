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
  value       = local.role_arn
}

output "role_name" {
  description = "Name of the delivery stream's role."
  value       = split("/", local.role_arn)[length(split("/", local.role_arn)) - 1]
}

output "log_group_name" {
  description = "Name of the log group of delivery errors."
  value       = aws_cloudwatch_log_group.this.name
}

output "role_policy" {
  description = "What the delivery stream's role is allowed, as JSON: what an existing_role has to be allowed."
  value       = data.aws_iam_policy_document.this.json
}
