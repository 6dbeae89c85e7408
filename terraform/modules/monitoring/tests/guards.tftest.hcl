# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name   = "lake"
  notify = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
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

run "rejects_a_function_without_time" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    pipelines = { events = { delivery_stream_name = "lake-events", error_bucket = "lake-data", error_prefix = "errors/events/", timeout_seconds = 0 } }
  }

  expect_failures = [var.pipelines]
}

run "rejects_no_age_at_all" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    thresholds = { iterator_age_seconds = 0 }
  }

  expect_failures = [var.thresholds]
}

run "rejects_a_share_over_one" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    thresholds = { duration_share = 80 }
  }

  expect_failures = [var.thresholds]
}

run "rejects_an_address_without_at" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify = { emails = ["data"], kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
  }

  expect_failures = [var.notify]
}

run "rejects_plain_http" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify = { https = ["http://example.org"], kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
  }

  expect_failures = [var.notify]
}

run "rejects_a_topic_that_cloudwatch_cannot_publish_to" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify = { emails = ["data@example.org"] }
  }

  expect_failures = [var.notify]
}

run "rejects_a_topic_that_is_both_made_and_given" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify = { topic_arn = "arn:aws:sns:eu-west-1:111122223333:mine", create_topic = true }
  }

  expect_failures = [var.notify]
}

run "rejects_subscriptions_of_a_foreign_topic" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify = { topic_arn = "arn:aws:sns:eu-west-1:111122223333:mine", emails = ["data@example.org"] }
  }

  expect_failures = [var.notify]
}

run "rejects_a_budget_of_nothing" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    budget = { monthly_usd = 0 }
  }

  expect_failures = [var.budget]
}

run "rejects_a_budget_that_tells_nobody" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    budget = { monthly_usd = 1, percents = [] }
  }

  expect_failures = [var.budget]
}

run "rejects_less_than_nothing_scanned" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify     = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    thresholds = { scanned_bytes_per_day = -1 }
  }

  expect_failures = [var.thresholds]
}

run "rejects_a_filter_name_that_s3_does_not_take" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify    = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    pipelines = { a_dataset_with_a_name_that_is_longer_than_s3_has_room_for = { delivery_stream_name = "lake", error_bucket = "lake", error_prefix = "errors/" } }
  }

  expect_failures = [var.count_error_objects]
}

run "rejects_a_budget_that_tells_too_often" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    notify = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    budget = { monthly_usd = 10, percents = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100] }
  }

  expect_failures = [var.budget]
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
