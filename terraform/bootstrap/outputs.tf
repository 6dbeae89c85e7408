output "bucket" {
  description = "Name of the bucket with the states."
  value       = aws_s3_bucket.this.bucket
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the states."
  value       = aws_kms_key.this.arn
}

output "deployer_policy_arns" {
  description = "The ARNs of the deployers' policies, by environment and part."
  value       = { for environment, policies in module.deployer_policy : environment => policies.policy_arns }
}
