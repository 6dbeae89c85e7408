# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name = "lake"
}

run "rejects_a_long_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "a-name-that-is-much-too-long-for-a-bucket"
  }

  expect_failures = [var.name]
}

run "rejects_a_bucket_name_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    bucket_names = { raw = "Raw" }
  }

  expect_failures = [var.bucket_names]
}

run "rejects_an_unknown_storage_class" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { transitions = [{ days = 90, storage_class = "COLD" }] }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_infrequent_access_before_30_days" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { transitions = [{ days = 7, storage_class = "STANDARD_IA" }] }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_expiration_before_transition" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { expiration_days = 60 }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_zero_days_of_errors" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    error_expiration_days = 0
  }

  expect_failures = [var.error_expiration_days]
}

run "rejects_zero_days_of_backup" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    raw_expiration_days = 0
  }

  expect_failures = [var.raw_expiration_days]
}

run "rejects_zero_days_of_results" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    results_expiration_days = 0
  }

  expect_failures = [var.results_expiration_days]
}

run "rejects_zero_days_of_old_versions" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    noncurrent_expiration_days = 0
  }

  expect_failures = [var.noncurrent_expiration_days]
}

run "rejects_writers_that_are_no_roles" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    writer_role_arns = ["444455556666"]
  }

  expect_failures = [var.writer_role_arns]
}
