output "documents" {
  description = "The policy documents by part, as JSON: IAM takes 6,144 characters a policy, so the rights are in several."
  value       = local.documents
}

output "policy_arns" {
  description = "The ARNs of the policies by part; empty unless create is set."
  value       = { for part, policy in aws_iam_policy.this : part => policy.arn }
}
