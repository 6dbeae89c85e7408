# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
}

run "rejects_an_iceberg_table_with_a_hyphen" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "iceberg/events/", error_prefix = "errors/!{firehose:error-output-type}/" }
    format      = { type = "iceberg", database_name = "my-lake", table_name = "events" }
  }

  expect_failures = [var.format]
}

run "rejects_an_iceberg_prefix_with_expressions" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { type = "iceberg", database_name = "lake", table_name = "events" }
    destination = {
      bucket       = "lake-data"
      prefix       = "data/!{timestamp:yyyy}/"
      error_prefix = "errors/!{firehose:error-output-type}/"
    }
  }

  expect_failures = [var.format]
}

run "rejects_unique_keys_of_parquet" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { database_name = "lake", table_name = "events", unique_keys = ["event_uuid"] }
  }

  expect_failures = [var.format]
}

run "rejects_endless_retries_of_commits" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { database_name = "lake", table_name = "events", retry_seconds = 7201 }
  }

  expect_failures = [var.format]
}

run "rejects_partitioning_of_iceberg" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "iceberg/events/", error_prefix = "errors/!{firehose:error-output-type}/" }
    format       = { type = "iceberg", database_name = "lake", table_name = "events" }
    partitioning = {}
    transform    = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
  }

  expect_failures = [var.partitioning]
}

run "rejects_a_backup_of_iceberg" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "iceberg/events/", error_prefix = "errors/!{firehose:error-output-type}/" }
    format      = { type = "iceberg", database_name = "lake", table_name = "events" }
    backup      = { bucket = "lake-raw", prefix = "events/" }
  }

  expect_failures = [var.backup]
}
