output "stream_arn" {
  description = "The stream in the source account."
  value       = module.stream.arn
}

output "delivery_streams" {
  description = "The delivery streams: one in each account."
  value       = { source = module.orders.name, lake = module.customers.name }
}
