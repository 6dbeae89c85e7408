output "json" {
  description = "The text of /etc/aws-kinesis/agent.json."
  value       = jsonencode(local.configuration)
}

output "policy_json" {
  description = "Policy document of what the agent may do."
  value       = module.policy.json
}

output "policy_arn" {
  description = "ARN of the managed policy; null when there is only the document."
  value       = module.policy.policy_arn
}
