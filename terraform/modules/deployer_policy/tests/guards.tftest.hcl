# What a deployer could not use, or could use for too much, is refused. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name     = "streamlake-dev"
  key_tags = { Project = "streamlake" }
}

run "rejects_a_name_that_is_no_lake" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "*"
  }

  expect_failures = [var.name]
}

run "rejects_keys_without_tags" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    key_tags = {}
  }

  expect_failures = [var.key_tags]
}

run "rejects_a_path_without_its_slashes" {
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
