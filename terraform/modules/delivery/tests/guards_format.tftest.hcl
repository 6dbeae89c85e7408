# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
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

run "rejects_a_catalog_that_is_no_account" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    format = { database_name = "lake", table_name = "events", catalog_id = "central" }
  }

  expect_failures = [var.format]
}
