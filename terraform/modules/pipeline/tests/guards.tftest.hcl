# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake"
  dataset       = "visits"
  contract      = "{}"
  buckets       = { data = "lake-data", raw = "lake-raw" }
  database_name = "lake"
}

run "rejects_a_name_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "My Lake"
  }

  expect_failures = [var.name]
}

run "rejects_a_dataset_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    dataset = "Visits"
  }

  expect_failures = [var.dataset]
}

run "rejects_names_too_long_together" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name    = "a-lake-with-quite-a-long-name"
    dataset = "visits_of_the_people_that_visit"
  }

  expect_failures = [var.dataset]
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
