# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  streams = [{ arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }]
}

run "rejects_nothing_to_put_to" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    streams = []
  }

  expect_failures = [var.streams]
}

run "rejects_a_stream_pattern" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    streams = [{ arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/*" }]
  }

  expect_failures = [var.streams]
}

run "rejects_a_kinesis_stream_for_direct_put" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    delivery_stream_arns = ["arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events"]
  }

  expect_failures = [var.delivery_stream_arns]
}

run "rejects_a_policy_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    policy = { name = "my policy" }
  }

  expect_failures = [var.policy]
}
