# LocalStack in a container, with a token. As local, with one shard: its streams are slower.
force_destroy      = true
log_retention_days = 1

pipeline_defaults = {
  stream    = { shard_count = 1 }
  transform = { interval_seconds = 1 }
  delivery  = { size_mb = 64, interval_seconds = 5 }
  backup    = { size_mb = 16, interval_seconds = 60 }
}
