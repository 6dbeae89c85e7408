# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name      = "lake-compaction"
  package   = { path = "compaction.zip" }
  tables    = { events = { database_name = "lake", table_name = "events", unique_key = ["id"], bucket = "lake-data", prefix = "data/events/" } }
  workgroup = { name = "lake", bucket = "lake-results" }
  manifests = { bucket = "lake-data" }
}

run "rejects_a_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "my function"
  }

  expect_failures = [var.name]
}

run "rejects_no_package" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    package = {}
  }

  expect_failures = [var.package]
}

run "rejects_no_tables" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = {}
  }

  expect_failures = [var.tables]
}

run "rejects_a_table_without_unique_key" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { events = { database_name = "lake", table_name = "events", unique_key = [], bucket = "lake-data", prefix = "data/events/" } }
  }

  expect_failures = [var.tables]
}

run "rejects_a_prefix_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    tables = { events = { database_name = "lake", table_name = "events", unique_key = ["id"], bucket = "lake-data", prefix = "data/events" } }
  }

  expect_failures = [var.tables]
}

run "rejects_results_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    workgroup = { name = "lake", bucket = "lake-results", prefix = "queries" }
  }

  expect_failures = [var.workgroup]
}

run "rejects_manifests_without_final_slash" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    manifests = { bucket = "lake-data", prefix = "compaction" }
  }

  expect_failures = [var.manifests]
}

run "rejects_manifests_among_the_data" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    manifests = { bucket = "lake-data", prefix = "data/events/compaction/" }
  }

  expect_failures = [var.manifests]
}

run "rejects_partitions_that_never_close" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    closing = { after_hours = 9000 }
  }

  expect_failures = [var.closing]
}

run "rejects_objects_that_are_still_changing" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    closing = { settle_minutes = 0 }
  }

  expect_failures = [var.closing]
}

run "rejects_files_that_cannot_be_copied_at_once" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    merging = { file_mb = 6000 }
  }

  expect_failures = [var.merging]
}

run "rejects_a_grace_period_longer_than_a_run" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    merging = { grace_seconds = 900 }
  }

  expect_failures = [var.merging]
}

run "rejects_an_unknown_compression" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    merging = { compression = "BROTLI" }
  }

  expect_failures = [var.merging]
}

run "rejects_a_retention_that_cloudwatch_does_not_know" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    logs = { retention_days = 2 }
  }

  expect_failures = [var.logs]
}

run "rejects_a_path_without_slashes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    role_path = "lake"
  }

  expect_failures = [var.role_path]
}
