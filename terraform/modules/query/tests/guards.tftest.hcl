# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name    = "lake"
  results = { bucket = "results" }
}

run "rejects_a_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "my lake"
  }

  expect_failures = [var.name]
}

run "rejects_a_prefix_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    results = { bucket = "results", prefix = "athena" }
  }

  expect_failures = [var.results]
}

run "rejects_a_limit_under_ten_megabytes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    scan_limit_bytes = 1000
  }

  expect_failures = [var.scan_limit_bytes]
}

run "rejects_an_empty_query" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    named_queries = { empty = { database = "lake", query = " " } }
  }

  expect_failures = [var.named_queries]
}

run "rejects_a_folder_without_queries" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    query_files = { folder = "tests", database = "lake" }
  }

  expect_failures = [var.query_files]
}

run "rejects_a_query_that_is_given_twice" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    query_files   = { folder = "tests/queries", database = "lake" }
    named_queries = { newest = { database = "lake", query = "SELECT 1" } }
  }

  expect_failures = [var.query_files]
}

run "rejects_a_folder_without_prepared_statements" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    prepared_statement_files = "tests"
  }

  expect_failures = [var.prepared_statement_files]
}

run "rejects_a_limit_that_athena_takes_and_the_provider_does_not" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    scan_limit_bytes = 10000000
  }

  expect_failures = [var.scan_limit_bytes]
}

run "rejects_an_owner_that_is_no_account" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    results = { bucket = "results", owner_account_id = "me" }
  }

  expect_failures = [var.results]
}
