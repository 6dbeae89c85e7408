output "stream_arn" {
  description = "The stream in the source account."
  value       = module.stream.arn
}

output "audit_consumer_arn" {
  description = "What the auditor subscribes with."
  value       = module.stream.consumer_arns["audit"]
}

output "delivery_streams" {
  description = "The delivery streams: one in each account."
  value       = { source = module.orders.name, lake = module.customers.delivery_stream_name }
}
