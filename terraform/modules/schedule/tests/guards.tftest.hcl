# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name         = "lake-batch"
  expression   = "rate(1 hour)"
  function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:lake-publisher"
  inputs       = { "" = "{}" }
}

run "rejects_a_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "my schedule"
  }

  expect_failures = [var.name]
}

run "rejects_an_expression_without_parentheses" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    expression = "every hour"
  }

  expect_failures = [var.expression]
}

run "rejects_a_cron_expression_of_five_fields" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    expression = "cron(0 2 * * ?)"
  }

  expect_failures = [var.expression]
}

run "rejects_a_cron_expression_with_two_days" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    expression = "cron(0 2 1 * MON *)"
  }

  expect_failures = [var.expression]
}

run "rejects_a_rate_in_the_wrong_number" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    expression = "rate(1 hours)"
  }

  expect_failures = [var.expression]
}

run "rejects_a_time_zone_offset" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    time_zone = "+02:00"
  }

  expect_failures = [var.time_zone]
}

run "rejects_a_window_of_more_than_a_day" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flexible_minutes = 1441
  }

  expect_failures = [var.flexible_minutes]
}

run "rejects_a_day_as_a_moment" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    period = { start = "2030-01-31" }
  }

  expect_failures = [var.period]
}

run "rejects_a_version_of_a_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:lake-publisher:7"
  }

  expect_failures = [var.function_arn]
}

run "rejects_no_inputs" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    inputs = {}
  }

  expect_failures = [var.inputs]
}

run "rejects_an_input_that_is_no_json" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    inputs = { "" = "hello" }
  }

  expect_failures = [var.inputs]
}

run "rejects_an_input_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    inputs = { "my input" = "{}" }
  }

  expect_failures = [var.inputs]
}

run "rejects_too_many_attempts" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    retry = { attempts = 186 }
  }

  expect_failures = [var.retry]
}

run "rejects_two_queues" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    dead_letter_queue = { create = true, arn = "arn:aws:sqs:eu-west-1:111122223333:letters" }
  }

  expect_failures = [var.dead_letter_queue]
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

run "rejects_a_queue_with_a_dot_in_its_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name              = "lake.nightly"
    dead_letter_queue = { create = true }
  }

  expect_failures = [var.dead_letter_queue]
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
