# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
}

run "rejects_a_backup_of_unchanged_records" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format    = { type = "json" }
    transform = null
    backup    = { bucket = "lake-raw", prefix = "raw/" }
  }

  expect_failures = [var.backup]
}

run "rejects_a_backup_with_no_buffer" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/", size_mb = 0 }
  }

  expect_failures = [var.backup]
}

run "rejects_a_hasty_backup" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/", interval_seconds = 10 }
  }

  expect_failures = [var.backup]
}

run "rejects_an_unknown_compression_of_the_backup" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/", compression = "gzip" }
  }

  expect_failures = [var.backup]
}

run "rejects_partition_keys_in_the_backup" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.backup]
}

run "rejects_backup_errors_without_the_error_type" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/", error_prefix = "raw/errors/" }
  }

  expect_failures = [var.backup]
}

run "rejects_a_backup_by_date_without_a_place_for_errors" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/!{timestamp:yyyy}/" }
  }

  expect_failures = [var.backup]
}

run "rejects_a_backup_by_the_year_of_the_week" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/!{timestamp:YYYY}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.backup]
}
