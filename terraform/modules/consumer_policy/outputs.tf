output "json" {
  description = "The policy document."
  value       = data.aws_iam_policy_document.this.json
}

output "policy_arn" {
  description = "ARN of the managed policy; null when there is only the document."
  value       = one(aws_iam_policy.this[*].arn)
}
