# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name = "lake-events"
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

run "rejects_an_unknown_mode" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    capacity = { mode = "SERVERLESS" }
  }

  expect_failures = [var.capacity]
}

run "rejects_no_shards" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    capacity = { shard_count = 0 }
  }

  expect_failures = [var.capacity]
}

run "rejects_half_a_shard" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    capacity = { shard_count = 1.5 }
  }

  expect_failures = [var.capacity]
}

run "rejects_short_retention" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    retention_hours = 12
  }

  expect_failures = [var.retention_hours]
}

run "rejects_long_retention" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    retention_hours = 8761
  }

  expect_failures = [var.retention_hours]
}

run "rejects_a_key_that_is_no_arn" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    kms_key = "alias/mine"
  }

  expect_failures = [var.kms_key]
}

run "rejects_an_unknown_metric" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    shard_level_metrics = ["Bytes"]
  }

  expect_failures = [var.shard_level_metrics]
}

run "rejects_too_many_consumers" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    consumers = [for number in range(21) : "consumer-${number}"]
  }

  expect_failures = [var.consumers]
}

run "rejects_sharing_with_a_user" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    kms_key = "arn:aws:kms:eu-west-1:111122223333:key/one"
    sharing = { reader_role_arns = ["arn:aws:iam::444455556666:user/somebody"] }
  }

  expect_failures = [var.sharing]
}

run "rejects_sharing_without_a_key_of_its_own" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    sharing = { reader_role_arns = ["arn:aws:iam::444455556666:role/reader"] }
  }

  expect_failures = [var.sharing]
}

run "rejects_sharing_a_consumer_with_an_account" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    kms_key   = "arn:aws:kms:eu-west-1:111122223333:key/one"
    consumers = ["tail"]
    sharing   = { consumer_role_arns = { tail = ["444455556666"] } }
  }

  expect_failures = [var.sharing]
}

run "rejects_sharing_a_consumer_that_there_is_not" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    kms_key   = "arn:aws:kms:eu-west-1:111122223333:key/one"
    consumers = ["tail"]
    sharing   = { consumer_role_arns = { audit = ["arn:aws:iam::444455556666:role/audit"] } }
  }

  expect_failures = [var.sharing]
}

run "rejects_a_consumer_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    consumers = ["tail", "the partner"]
  }

  expect_failures = [var.consumers]
}

run "rejects_a_part_of_an_hour" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    retention_hours = 36.5
  }

  expect_failures = [var.retention_hours]
}
