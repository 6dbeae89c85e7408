# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name    = "lake-events-transform"
  package = { path = "events.zip" }
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
