# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name           = "lake"
  workgroup_name = "lake"
  owners         = ["arn:aws:quicksight:eu-west-1:111122223333:group/default/analysts"]
  datasets       = { events = { database_name = "lake", view_name = "events", columns = [{ name = "id", type = "string" }, { name = "at", type = "bigint" }], key = "id" } }
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

run "rejects_no_dataset" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    datasets = {}
  }

  expect_failures = [var.datasets]
}

run "rejects_a_key_that_is_no_column" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    datasets = { events = { database_name = "lake", view_name = "events", columns = [{ name = "id", type = "string" }, { name = "at", type = "bigint" }], key = "uuid" } }
  }

  expect_failures = [var.datasets]
}

run "rejects_a_time_that_is_a_number" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    datasets = { events = { database_name = "lake", view_name = "events", columns = [{ name = "id", type = "string" }, { name = "at", type = "bigint" }], key = "id", time = "at" } }
  }

  expect_failures = [var.datasets]
}

run "rejects_an_unknown_import_mode" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    import_mode = "COPY"
  }

  expect_failures = [var.import_mode]
}

run "rejects_no_owner" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    owners = []
  }

  expect_failures = [var.owners]
}

run "rejects_an_iam_user_as_owner" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    owners = ["arn:aws:iam::111122223333:user/somebody"]
  }

  expect_failures = [var.owners]
}

run "rejects_an_iam_role_as_viewer" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    viewers = ["arn:aws:iam::111122223333:role/somebody"]
  }

  expect_failures = [var.viewers]
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
