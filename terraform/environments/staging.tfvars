# As production, with less of it.
storage = {
  data_transitions     = [{ days = 30, storage_class = "STANDARD_IA" }]
  data_expiration_days = 180
}

pipeline_defaults = {
  stream   = { shard_count = 1 }
  delivery = { interval_seconds = 120 }
}

monitoring = { enabled = true, dashboard = false }
