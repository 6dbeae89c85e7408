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
