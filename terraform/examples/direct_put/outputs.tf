output "delivery_stream_name" {
  description = "Name of the delivery stream that producers put records into."
  value       = module.delivery.name
}
