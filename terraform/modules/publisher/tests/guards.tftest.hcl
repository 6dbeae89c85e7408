# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name    = "lake-publisher"
  package = { path = "publisher.zip" }
  streams = { events = { name = "lake-events", arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" } }
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

run "rejects_no_streams" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    streams = {}
  }

  expect_failures = [var.streams]
}

run "rejects_an_unknown_default" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    default_dataset = "clicks"
  }

  expect_failures = [var.default_dataset]
}

run "rejects_a_short_time" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    timeout_seconds = 5
  }

  expect_failures = [var.timeout_seconds]
}

run "rejects_little_memory" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    memory_mb = 64
  }

  expect_failures = [var.memory_mb]
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
