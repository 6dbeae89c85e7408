output "function_name" {
  description = "Name of the function."
  value       = module.function.function_name
}

output "function_arn" {
  description = "ARN of the function without a version."
  value       = module.function.function_arn
}

output "qualified_arn" {
  description = "ARN of the function's newest code (:$LATEST), as a delivery stream calls it."
  value       = "${module.function.function_arn}:$LATEST"
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = module.function.role_arn
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = module.function.log_group_name
}

output "timeout_seconds" {
  description = "Longest run of the function in seconds."
  value       = module.function.timeout_seconds
}

output "role_policy" {
  description = "What the function's role is allowed, as JSON: what an existing_role has to be allowed."
  value       = module.function.role_policy
}
