# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name    = "lake-events-transform"
  package = { path = "events.zip" }
}

run "rejects_two_packages" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    package = { path = "events.zip", s3 = { bucket = "artifacts", key = "events.zip" } }
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

run "rejects_a_long_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = format("%065d", 0)
  }

  expect_failures = [var.name]
}

run "rejects_an_unknown_runtime" {
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
    architecture = "riscv"
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

run "rejects_a_timeout_over_five_minutes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    timeout_seconds = 600
  }

  expect_failures = [var.timeout_seconds]
}

run "rejects_zero_concurrency" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}

run "rejects_a_retention_that_cloudwatch_lacks" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    logs = { retention_days = 10 }
  }

  expect_failures = [var.logs]
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
