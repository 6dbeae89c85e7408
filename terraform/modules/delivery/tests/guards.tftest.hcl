mock_provider "aws" {
  source = "../../tests/mocks"
}

# What passes a plan and fails on AWS is refused here. Starting the provider takes longer than all else, so a run sets
# several variables wrong where one does not hide the other, each in expect_failures.
variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
}

run "rejects_a_long_prefix_and_wrong_names" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = format("%01025d", 0), error_prefix = "errors/!{firehose:error-output-type}/" }
    name        = "lake events"
    format      = { type = "csv" }
    transform   = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", buffer_size_mb = 4 }
    logs        = { retention_days = 10 }
  }

  expect_failures = [var.destination, var.name, var.format, var.transform, var.logs]
}

run "rejects_a_prefix_with_a_leading_slash_and_no_table" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "/data/", error_prefix = "errors/!{firehose:error-output-type}/" }
    format      = { type = "orc" }
    transform   = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", interval_seconds = 901 }
  }

  expect_failures = [var.destination, var.format, var.transform]
}

run "rejects_error_type_in_the_data_prefix_and_orc_compression_in_parquet" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{firehose:error-output-type}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    format      = { database_name = "lake", table_name = "events", column_compression = "ZLIB" }
    transform   = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", retries = 9 }
  }

  expect_failures = [var.destination, var.format, var.transform]
}

run "rejects_an_error_prefix_without_error_type_and_unknown_compression" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{timestamp:yyyy/MM/dd}/" }
    format      = { type = "json", compression = "gzip" }
  }

  expect_failures = [var.destination, var.format]
}

run "rejects_partition_keys_in_the_error_prefix_and_a_wrong_version" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/!{partitionKeyFromLambda:kind}/" }
    format      = { database_name = "lake", table_name = "events", table_version = "newest" }
  }

  expect_failures = [var.destination, var.format]
}

run "rejects_an_unknown_expression" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{clock:yyyy}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_the_year_of_the_week" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{timestamp:YYYY/MM/dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_a_day_of_the_year_in_the_error_prefix" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/DD}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_letters_that_firehose_refuses" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{timestamp:yyyy-MM-dd-P}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_a_time_zone_with_an_offset" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/", time_zone = "Etc/GMT+1" }
  }

  expect_failures = [var.destination]
}

run "rejects_an_extension_without_dot" {
  command = plan

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/", file_extension = "parquet" }
  }

  expect_failures = [var.destination]
}

run "rejects_partitioning_without_keys_and_a_backup_of_tiny_buffers" {
  command = plan

  variables {
    partitioning           = {}
    backup                 = { bucket = "lake-raw", prefix = "raw/", size_mb = 0 }
    append_newline         = true
    direct_put_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  expect_failures = [var.partitioning, var.backup, var.append_newline, var.direct_put_kms_key_arn]
}

run "rejects_keys_without_partitioning_and_a_hasty_backup" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = null
    backup       = { bucket = "lake-raw", prefix = "raw/", interval_seconds = 10 }
  }

  expect_failures = [var.partitioning, var.backup]
}

run "rejects_keys_of_no_transform" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    transform    = null
    partitioning = {}
  }

  expect_failures = [var.partitioning]
}

run "rejects_queries_that_the_prefix_does_not_use_and_an_unknown_backup_compression" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromQuery:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = { queries = { kind = ".kind", other = ".other" } }
    backup       = { bucket = "lake-raw", prefix = "raw/", compression = "gzip" }
  }

  expect_failures = [var.partitioning, var.backup]
}

run "rejects_endless_retries_and_partition_keys_in_the_backup" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = { retry_seconds = 7201 }
    backup       = { bucket = "lake-raw", prefix = "raw/!{partitionKeyFromLambda:kind}/" }
  }

  expect_failures = [var.partitioning, var.backup]
}

run "rejects_a_big_buffer_and_backup_errors_of_no_type" {
  command = plan

  variables {
    buffering = { size_mb = 129 }
    backup    = { bucket = "lake-raw", prefix = "raw/", error_prefix = "raw/errors/" }
  }

  expect_failures = [var.buffering, var.backup]
}

run "rejects_a_small_buffer_with_conversion_and_a_backup_by_the_year_of_the_week" {
  command = plan

  variables {
    buffering = { size_mb = 63 }
    backup    = { bucket = "lake-raw", prefix = "raw/!{timestamp:YYYY}/" }
  }

  expect_failures = [var.buffering, var.backup]
}

run "rejects_a_small_buffer_with_partitioning" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    format       = { type = "json" }
    partitioning = {}
    buffering    = { size_mb = 63 }
  }

  expect_failures = [var.buffering]
}

run "rejects_no_buffering_with_partitioning" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = {}
    buffering    = { interval_seconds = 0 }
  }

  expect_failures = [var.buffering]
}

run "rejects_a_long_interval_and_a_backup_of_unchanged_records" {
  command = plan

  variables {
    format    = { type = "json" }
    transform = null
    buffering = { interval_seconds = 901 }
    backup    = { bucket = "lake-raw", prefix = "raw/" }
  }

  expect_failures = [var.buffering, var.backup]
}
