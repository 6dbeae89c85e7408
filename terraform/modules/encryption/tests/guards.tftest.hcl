# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name = "lake"
}

run "rejects_a_name_of_aws" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "aws/lake"
  }

  expect_failures = [var.name]
}

run "rejects_a_short_deletion_window" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    deletion_window_days = 3
  }

  expect_failures = [var.deletion_window_days]
}

run "rejects_frequent_rotation" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    rotation_days = 30
  }

  expect_failures = [var.rotation_days]
}

run "rejects_no_services" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    services = []
  }

  expect_failures = [var.services]
}

run "rejects_users_that_are_no_roles" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    user_role_arns = ["444455556666"]
  }

  expect_failures = [var.user_role_arns]
}
