# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination   = { bucket = "lake-data", prefix = "data/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  format        = { database_name = "lake", table_name = "events" }
  transform     = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
}

run "rejects_big_buffers_for_the_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    transform = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", buffer_size_mb = 4 }
  }

  expect_failures = [var.transform]
}

run "rejects_a_long_interval_for_the_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    transform = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", interval_seconds = 901 }
  }

  expect_failures = [var.transform]
}

run "rejects_many_retries_of_the_function" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    transform = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST", retries = 9 }
  }

  expect_failures = [var.transform]
}

run "rejects_a_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "lake events"
  }

  expect_failures = [var.name]
}

run "rejects_a_key_for_direct_put_with_a_stream" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    direct_put_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  expect_failures = [var.direct_put_kms_key_arn]
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
