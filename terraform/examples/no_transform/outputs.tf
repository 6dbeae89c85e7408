output "stream_names" {
  description = "Names of the streams that producers write to."
  value       = [module.customers.stream_name, module.clicks.stream_name]
}
