# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
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

run "rejects_queries_longer_than_a_parameter" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    destination  = { bucket = "lake", prefix = "data/site=!{partitionKeyFromQuery:site}/", error_prefix = "errors/!{firehose:error-output-type}/" }
    partitioning = { queries = { site = join("", [for number in range(600) : ".fields[]."]) } }
  }

  expect_failures = [var.partitioning]
}
