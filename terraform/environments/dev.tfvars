# A developer's lake in a real account: small, and gone with `destroy`.
force_destroy      = true
log_retention_days = 7

storage = {
  data_transitions        = []
  data_expiration_days    = 30
  error_expiration_days   = 30
  raw_expiration_days     = 7
  results_expiration_days = 3
}

query_scan_limit_bytes = 10737418240

pipeline_defaults = {
  stream    = { shard_count = 1, retention_hours = 24 }
  transform = { interval_seconds = 10 }
  delivery  = { size_mb = 64, interval_seconds = 60 }
  backup    = { size_mb = 16, interval_seconds = 300 }
}
