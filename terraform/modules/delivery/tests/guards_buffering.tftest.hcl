# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
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
