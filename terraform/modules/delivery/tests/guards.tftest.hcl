# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
}

run "rejects_a_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "lake events"
  }

  expect_failures = [var.name]
}

run "rejects_a_long_prefix" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = format("%01025d", 0), error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_a_prefix_with_a_leading_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "/data/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_the_error_type_in_the_data_prefix" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{firehose:error-output-type}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_an_error_prefix_without_the_error_type" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{timestamp:yyyy/MM/dd}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_partition_keys_in_the_error_prefix" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/!{partitionKeyFromLambda:kind}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_an_unknown_expression" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{clock:yyyy}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_the_year_of_the_week" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{timestamp:YYYY/MM/dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_a_day_of_the_year_in_the_error_prefix" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/DD}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_letters_that_firehose_refuses" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/!{timestamp:yyyy-MM-dd-P}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  expect_failures = [var.destination]
}

run "rejects_a_time_zone_with_an_offset" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/", time_zone = "Etc/GMT+1" }
  }

  expect_failures = [var.destination]
}

run "rejects_an_extension_without_dot" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/", file_extension = "parquet" }
  }

  expect_failures = [var.destination]
}

run "rejects_an_unknown_format" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { type = "csv" }
  }

  expect_failures = [var.format]
}

run "rejects_conversion_without_table" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { type = "orc" }
  }

  expect_failures = [var.format]
}

run "rejects_a_compression_of_orc_in_parquet" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { database_name = "lake", table_name = "events", column_compression = "ZLIB" }
  }

  expect_failures = [var.format]
}

run "rejects_an_unknown_compression" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { type = "json", compression = "gzip" }
  }

  expect_failures = [var.format]
}

run "rejects_a_table_version_that_is_no_number" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { database_name = "lake", table_name = "events", table_version = "newest" }
  }

  expect_failures = [var.format]
}

run "rejects_big_buffers_for_the_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    transform = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", buffer_size_mb = 4 }
  }

  expect_failures = [var.transform]
}

run "rejects_a_long_interval_for_the_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    transform = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", interval_seconds = 901 }
  }

  expect_failures = [var.transform]
}

run "rejects_many_retries_of_the_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    transform = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", retries = 9 }
  }

  expect_failures = [var.transform]
}

run "rejects_partitioning_without_keys" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    partitioning = {}
  }

  expect_failures = [var.partitioning]
}

run "rejects_keys_without_partitioning" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = null
  }

  expect_failures = [var.partitioning]
}

run "rejects_keys_of_no_transform" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    transform    = null
    partitioning = {}
  }

  expect_failures = [var.partitioning]
}

run "rejects_queries_that_the_prefix_does_not_use" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromQuery:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = { queries = { kind = ".kind", other = ".other" } }
  }

  expect_failures = [var.partitioning]
}

run "rejects_keys_in_the_prefix_without_a_query" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromQuery:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = {}
  }

  expect_failures = [var.partitioning]
}

run "rejects_endless_retries_of_partitions" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = { retry_seconds = 7201 }
  }

  expect_failures = [var.partitioning]
}

run "rejects_a_big_buffer" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    buffering = { size_mb = 129 }
  }

  expect_failures = [var.buffering]
}

run "rejects_a_small_buffer_with_conversion" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    buffering = { size_mb = 63 }
  }

  expect_failures = [var.buffering]
}

run "rejects_a_small_buffer_with_partitioning" {
  command = plan

  module {
    source = "./tests/variables"
  }

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

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake-data", prefix = "data/!{partitionKeyFromLambda:kind}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = {}
    buffering    = { interval_seconds = 0 }
  }

  expect_failures = [var.buffering]
}

run "rejects_a_long_interval" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    buffering = { interval_seconds = 901 }
  }

  expect_failures = [var.buffering]
}

run "rejects_a_newline_in_parquet" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    append_newline = true
  }

  expect_failures = [var.append_newline]
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
    backup = { bucket = "lake-raw", prefix = "raw/!{partitionKeyFromLambda:kind}/" }
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

run "rejects_a_backup_by_the_year_of_the_week" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    backup = { bucket = "lake-raw", prefix = "raw/!{timestamp:YYYY}/" }
  }

  expect_failures = [var.backup]
}

run "rejects_a_key_for_direct_put_with_a_stream" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    direct_put_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  expect_failures = [var.direct_put_kms_key_arn]
}

run "rejects_a_retention_that_cloudwatch_lacks" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    logs = { retention_days = 10 }
  }

  expect_failures = [var.logs]
}
