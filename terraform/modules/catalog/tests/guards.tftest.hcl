# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  database = { name = "lake" }
}

run "rejects_a_database_with_dashes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    database = { name = "my-lake" }
  }

  expect_failures = [var.database]
}

run "rejects_an_unknown_format" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", format = "csv", columns = [] } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_table_name_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { Lines = { location = "s3://bucket/lines/", columns = [] } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_location_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines", columns = [] } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_partition_key_that_is_also_a_column" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", columns = [{ name = "dt", type = "string" }], partition_keys = [{ name = "dt", type = "string" }], projection = false } }
  }

  expect_failures = [var.tables]
}

run "rejects_projection_of_some_keys_only" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = {
      lines = {
        location       = "s3://bucket/lines/"
        columns        = []
        partition_keys = [{ name = "dt", type = "string", projection = { type = "date", range = "2020-01-01,NOW", format = "yyyy-MM-dd" } }, { name = "hour", type = "string" }]
      }
    }
  }

  expect_failures = [var.tables]
}
