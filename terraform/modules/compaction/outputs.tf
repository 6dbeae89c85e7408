output "function_name" {
  description = "Name of the function."
  value       = module.function.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = module.function.function_arn
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = module.function.role_arn
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = module.function.log_group_name
}

output "requests" {
  description = "The event that compacts a table, as JSON text by the table's name: to run the function by hand."
  value       = local.requests
}

output "schedule_arns" {
  description = "ARN of each table's schedule."
  value       = module.schedule.schedule_arns
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue for runs that could not be started; null when there is none."
  value       = module.schedule.dead_letter_queue_arn
}

output "role_policy" {
  description = "What the function's role is allowed, as JSON: what an existing_role has to be allowed."
  value       = module.function.role_policy
}

output "schedule_role_policy" {
  description = "What the schedules' role is allowed, as JSON: what an existing_schedule_role has to be allowed."
  value       = module.schedule.role_policy
}
