# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name        = "lake-report"
  description = "Writes a report"
  package     = { path = "report.zip" }
  handler     = "report.handler.handler"
  policy      = "{}"
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

run "rejects_two_packages" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    package = { path = "a.zip", s3 = { bucket = "b", key = "k" } }
  }

  expect_failures = [var.package]
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

run "rejects_a_handler_that_is_a_file" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    handler = "report/handler.py"
  }

  expect_failures = [var.handler]
}

run "rejects_a_runtime_that_the_provider_does_not_know" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    runtime = "python3.14"
  }

  expect_failures = [var.runtime]
}

run "rejects_an_unknown_architecture" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    architecture = "x86"
  }

  expect_failures = [var.architecture]
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

run "rejects_more_than_fifteen_minutes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    timeout_seconds = 901
  }

  expect_failures = [var.timeout_seconds]
}

run "rejects_a_stopped_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}

run "rejects_three_retries" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    retries = 3
  }

  expect_failures = [var.retries]
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

run "rejects_a_vpc_without_subnets" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    vpc_config = { subnet_ids = [], security_group_ids = ["sg-1"] }
  }

  expect_failures = [var.vpc_config]
}

run "rejects_a_policy_that_no_role_takes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kinesis:PutRecords", Resource = [for number in range(130) : "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-of-many-streams-${number}"] }] })
  }

  expect_failures = [var.policy]
}

run "rejects_a_policy_that_is_no_json" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    policy = "kinesis:PutRecords"
  }

  expect_failures = [var.policy]
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
    existing_role = { arn = "the-role" }
  }

  expect_failures = [var.existing_role]
}
