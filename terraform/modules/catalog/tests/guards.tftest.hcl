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

run "rejects_an_unknown_partition_discovery" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", columns = [], partition_discovery = "guess" } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_unique_key_that_is_no_column" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", columns = [{ name = "line", type = "string" }], unique_key = ["id"] } }
  }

  expect_failures = [var.tables]
}

run "rejects_kinds_without_a_rest_column" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", columns = [{ name = "line", type = "string" }], kinds = { a = { name = "a", where = { line = "a" }, fields = [] } } } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_kind_that_is_no_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", columns = [{ name = "line", type = "string" }], rest_column = "line", kinds = { a = { name = "a:b", where = { line = "a" }, fields = [] } } } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_view_that_selects_nothing" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    views = { gone = { query = "DROP TABLE lines", columns = [{ name = "a", type = "int" }] } }
  }

  expect_failures = [var.views]
}

run "rejects_a_view_name_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    views = { Newest = { query = "SELECT 1 AS a", columns = [{ name = "a", type = "int" }] } }
  }

  expect_failures = [var.views]
}

run "rejects_error_records_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    error_records = { lines = { location = "s3://bucket/errors/lines" } }
  }

  expect_failures = [var.error_records]
}

run "rejects_error_records_of_half_a_day" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    error_records = { lines = { location = "s3://bucket/errors/lines/", days = 0.5 } }
  }

  expect_failures = [var.error_records]
}

run "rejects_a_time_zone_that_is_none" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    error_records = { lines = { location = "s3://bucket/errors/lines/", hours_ahead = 15 } }
  }

  expect_failures = [var.error_records]
}

run "rejects_an_error_type_with_a_comma" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    error_records = { lines = { location = "s3://bucket/errors/lines/", types = ["a,b"] } }
  }

  expect_failures = [var.error_records]
}

run "rejects_a_crawled_table_without_a_crawler" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { lines = { location = "s3://bucket/lines/", columns = [], partition_discovery = "crawler" } }
  }

  expect_failures = [var.crawler]
}

run "rejects_a_schedule_of_five_fields" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    crawler = { name = "lake", schedule = "cron(15 * * * *)" }
  }

  expect_failures = [var.crawler]
}

run "rejects_a_crawler_name_with_dots" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    crawler = { name = "lake.visits" }
  }

  expect_failures = [var.crawler]
}

run "rejects_partition_keys_of_an_iceberg_table" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { visits = { location = "s3://bucket/data/", format = "iceberg", columns = [], partition_keys = [{ name = "dt", type = "string", projection = { type = "date" } }] } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_crawled_iceberg_table" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables  = { visits = { location = "s3://bucket/data/", format = "iceberg", columns = [], partition_discovery = "crawler" } }
    crawler = { name = "lake-visits" }
  }

  expect_failures = [var.tables]
}

run "rejects_a_type_that_iceberg_has_not" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { visits = { location = "s3://bucket/data/", format = "iceberg", columns = [{ name = "pages", type = "array<smallint>" }] } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_role_path_without_slashes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    role_path = "lake"
  }

  expect_failures = [var.role_path]
}

run "rejects_a_boundary_that_is_no_policy" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    permissions_boundary_arn = "boundary"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "rejects_a_suffix_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    global_suffix = "-eu west"
  }

  expect_failures = [var.global_suffix]
}

run "rejects_an_existing_role_that_is_a_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    existing_crawler_role = { arn = "crawler" }
  }

  expect_failures = [var.existing_crawler_role]
}
