# A lake with all that can be turned on here, of which a change follows in changed.tfvars. Not here: metrics of shards, which the
# local Kinesis takes and does not show, and QuickSight.
force_destroy            = true
log_retention_days       = 7
access_policies          = true
role_path                = "/lake/"
permissions_boundary_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
tags                     = { Team = "data" }

storage = {
  access_logging = { bucket = "access-logs-of-all", prefix = "s3/" }
  replication    = { raw = { bucket = "copies-of-raw", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/copies" } }
}

query_files = "environments/queries"

pipeline_defaults = {
  stream   = { shard_count = 1, retention_hours = 48 }
  delivery = { interval_seconds = 60 }
}

dataset_settings = {
  events = {
    stream = { consumers = ["tail", "partner"] }
  }
  customers = {
    stream    = { retention_hours = 72 }
    transform = { reserved_concurrency = 2 }
    table     = { partition_discovery = "crawler", crawler_schedule = "cron(0 3 * * ? *)" }
  }
}

publisher  = { enabled = true, schedules = { nightly = { expression = "rate(1 day)", input = "{}" } } }
compaction = { enabled = true }
monitoring = { enabled = true, emails = ["data@example.org"], budget_usd = 100 }

sharing = {
  stream_readers = [
    { role_arn = "arn:aws:iam::444455556666:role/reader", datasets = ["events"] },
    { role_arn = "arn:aws:iam::444455556666:role/partner", datasets = ["events"], consumer = "partner" },
  ]
  lake_writers = ["arn:aws:iam::444455556666:role/delivery"]
}
