# The embedded AWS on this machine: rows appear within seconds. Every value is one that AWS accepts too.
force_destroy      = true
log_retention_days = 1

pipeline_defaults = {
  stream    = { shard_count = 2 }
  transform = { interval_seconds = 1 }
  delivery  = { size_mb = 64, interval_seconds = 5 }
  backup    = { size_mb = 16, interval_seconds = 60 }
}

# Alarms change their states here too. Nobody has an address for them: subscribe a queue to the topic to see their messages.
monitoring = { enabled = true }
