# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
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
