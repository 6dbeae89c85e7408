output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function without a version."
  value       = aws_lambda_function.this.arn
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = local.role_arn
}

output "role_name" {
  description = "Name of the function's role."
  value       = split("/", local.role_arn)[length(split("/", local.role_arn)) - 1]
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "timeout_seconds" {
  description = "Longest run of the function in seconds."
  value       = aws_lambda_function.this.timeout
}

output "role_policy" {
  description = "What the function's role is allowed, as JSON: what an existing_role has to be allowed."
  value       = data.aws_iam_policy_document.this.json
}
