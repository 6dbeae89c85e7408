# The lake of whole.tfvars with something changed, added or taken away in each part. Modes of streams stay: the local Kinesis
# does not change them.
force_destroy            = true
log_retention_days       = 14
access_policies          = true
role_path                = "/lake/"
permissions_boundary_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
tags                     = { CostCenter = "1234" }

storage = { raw_expiration_days = 10 }

query_scan_limit_bytes = 10737418240

query_files = "environments/queries"

pipeline_defaults = {
  stream    = { shard_count = 2, retention_hours = 60 }
  transform = { memory_mb = 1024, environment = { LEVEL = "2" } }
  delivery  = { interval_seconds = 120 }
}

dataset_settings = {
  events = {
    stream = { consumers = ["tail"] }
    views  = { kinds = false }
  }
  customers = {
    table = { partition_discovery = "crawler", crawler_schedule = "cron(0 4 * * ? *)" }
  }
}

publisher  = { enabled = true, schedules = { nightly = { expression = "rate(2 days)", input = "{}" } } }
compaction = { enabled = true, schedule = { expression = "rate(1 day)" } }

monitoring = {
  enabled             = true
  emails              = ["lake@example.org"]
  budget_usd          = 200
  count_error_objects = false
  thresholds          = { late_seconds = 1800 }
}
