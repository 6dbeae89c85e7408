# Production: throughput follows the load, a week to repair delivery, data kept for ever in cheaper and cheaper storage.
log_retention_days = 90

storage = {
  data_transitions = [
    { days = 90, storage_class = "STANDARD_IA" },
    { days = 365, storage_class = "GLACIER_IR" },
  ]
  error_expiration_days = 365
}

query_scan_limit_bytes = 1099511627776

pipeline_defaults = {
  stream = {
    mode                = "ON_DEMAND"
    retention_hours     = 168
    shard_level_metrics = []
  }
  delivery = { interval_seconds = 300 }
}

# Add emails, and a budget_usd that fits the load.
monitoring = { enabled = true }
