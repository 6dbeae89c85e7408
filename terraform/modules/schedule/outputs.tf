output "schedule_arns" {
  description = "ARN of each schedule by the name of its input."
  value       = { for key, schedule in aws_scheduler_schedule.this : key => schedule.arn }
}

output "role_arn" {
  description = "ARN of the schedules' role."
  value       = local.role_arn
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue for runs that could not be started; null when there is none."
  value       = local.dead_letter_queue_arn
}

output "role_policy" {
  description = "What the schedules' role is allowed, as JSON: what an existing_role has to be allowed."
  value       = data.aws_iam_policy_document.this.json
}
