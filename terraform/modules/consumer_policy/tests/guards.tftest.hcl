# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  workgroup_name = "lake"
  database       = { name = "lake" }
  data           = { bucket = "lake-data", prefixes = ["data/"] }
  results        = { bucket = "lake-results" }
}

run "rejects_a_workgroup_pattern" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    workgroup_name = "*"
  }

  expect_failures = [var.workgroup_name]
}

run "rejects_a_database_with_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    database = { name = "Lake" }
  }

  expect_failures = [var.database]
}

run "rejects_no_tables" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    database = { name = "lake", tables = [] }
  }

  expect_failures = [var.database]
}

run "rejects_a_table_pattern" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    database = { name = "lake", tables = ["*"] }
  }

  expect_failures = [var.database]
}

run "rejects_no_prefix" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data = { bucket = "lake-data", prefixes = [] }
  }

  expect_failures = [var.data]
}

run "rejects_a_prefix_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data = { bucket = "lake-data", prefixes = ["data"] }
  }

  expect_failures = [var.data]
}

run "rejects_results_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    results = { bucket = "lake-results", prefix = "queries" }
  }

  expect_failures = [var.results]
}

run "rejects_a_raw_prefix_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    raw = { bucket = "lake-raw", prefixes = ["events"] }
  }

  expect_failures = [var.raw]
}

run "rejects_a_policy_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    policy = { name = "my policy" }
  }

  expect_failures = [var.policy]
}
