# The runs are of the stack's variables alone (tests/variables is a link to them): with no provider to start, they take
# no time.

variables {
  target      = "local"
  environment = "test"
  endpoint    = "http://127.0.0.1:4566"
  account_id  = "000000000000"
  schemas_dir = "tests/schemas"
}

run "rejects_an_unknown_target" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    target = "azure"
  }

  expect_failures = [var.target]
}

run "rejects_an_environment_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    environment = "Test"
  }

  expect_failures = [var.environment]
}

run "rejects_a_region_of_one_word" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    region = "europe"
  }

  expect_failures = [var.region]
}

run "rejects_settings_of_no_dataset" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    dataset_settings = { visitors = {} }
  }

  expect_failures = [var.dataset_settings]
}

run "rejects_a_name_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "A Lake"
  }

  expect_failures = [var.name]
}

run "rejects_a_folder_without_contracts" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    schemas_dir = "nowhere"
  }

  expect_failures = [var.schemas_dir]
}

run "rejects_a_local_target_without_endpoint" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    endpoint = null
  }

  expect_failures = [var.endpoint]
}

run "rejects_an_endpoint_with_a_path" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    endpoint = "http://127.0.0.1:4566/aws"
  }

  expect_failures = [var.endpoint]
}

run "rejects_an_endpoint_on_aws" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    target     = "aws"
    account_id = "111122223333"
    endpoint   = "http://127.0.0.1:4566"
  }

  expect_failures = [var.endpoint]
}

run "rejects_a_real_account_on_a_local_target" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    account_id = "111122223333"
  }

  expect_failures = [var.account_id]
}

run "rejects_the_local_account_on_aws" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    target     = "aws"
    endpoint   = null
    account_id = "000000000000"
  }

  expect_failures = [var.account_id]
}

run "rejects_an_account_of_letters" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    account_id = "mine"
  }

  expect_failures = [var.account_id]
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

run "rejects_sharing_with_an_account" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    sharing = { lake_writers = ["444455556666"] }
  }

  expect_failures = [var.sharing]
}

run "rejects_sharing_with_a_role_of_this_account" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    sharing = { stream_writers = [{ role_arn = "arn:aws:iam::000000000000:role/shop" }] }
  }

  expect_failures = [var.sharing]
}

run "rejects_stream_readers_without_a_customer_key" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    customer_key = false
    sharing      = { stream_readers = [{ role_arn = "arn:aws:iam::444455556666:role/reader" }] }
  }

  expect_failures = [var.sharing]
}

run "rejects_lake_writers_without_a_customer_key" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    customer_key = false
    sharing      = { lake_writers = ["arn:aws:iam::444455556666:role/delivery"] }
  }

  expect_failures = [var.sharing]
}

run "rejects_sharing_of_no_dataset" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    sharing = { stream_readers = [{ role_arn = "arn:aws:iam::444455556666:role/reader", datasets = ["visitors"] }] }
  }

  expect_failures = [var.sharing]
}

run "rejects_sharing_of_a_stream_that_is_not_the_lakes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    sharing        = { stream_writers = [{ role_arn = "arn:aws:iam::444455556666:role/shop", datasets = ["visits"] }] }
    source_streams = { visits = { arn = "arn:aws:kinesis:us-east-1:444455556666:stream/visits" } }
  }

  expect_failures = [var.sharing]
}

run "rejects_a_source_of_no_dataset" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    source_streams = { visitors = { arn = "arn:aws:kinesis:us-east-1:444455556666:stream/visitors" } }
  }

  expect_failures = [var.source_streams]
}

run "rejects_a_source_of_another_region" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    source_streams = { visits = { arn = "arn:aws:kinesis:eu-west-1:444455556666:stream/visits" } }
  }

  expect_failures = [var.source_streams]
}

run "rejects_iceberg_on_the_local_target" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    pipeline_defaults = { delivery = { format = "iceberg" } }
  }

  expect_failures = [var.pipeline_defaults]
}

run "rejects_iceberg_of_a_dataset_on_the_local_target" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    dataset_settings = { visits = { delivery = { format = "iceberg" } } }
  }

  expect_failures = [var.dataset_settings]
}

run "rejects_alarms_that_nobody_would_hear" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    customer_key = false
    monitoring   = { enabled = true, emails = ["data@example.org"] }
  }

  expect_failures = [var.monitoring]
}

run "rejects_a_schedule_called_as_compactions" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    publisher = { enabled = true, schedules = { compaction = { expression = "rate(1 day)", input = "{}" } } }
  }

  expect_failures = [var.publisher]
}
