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

run "rejects_a_source_that_is_no_stream" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    source_stream = { arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/lake" }
  }

  expect_failures = [var.source_stream]
}

run "rejects_an_alias_as_key_of_the_source" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/orders" }
  }

  expect_failures = [var.source_stream]
}

run "rejects_consumers_of_a_stream_that_is_not_its_own" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders" }
    stream        = { consumers = ["tail"] }
  }

  expect_failures = [var.source_stream]
}

run "rejects_sharing_a_stream_that_is_not_its_own" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders" }
    stream        = { sharing = { reader_role_arns = ["arn:aws:iam::444455556666:role/reader"] } }
  }

  expect_failures = [var.source_stream]
}

run "rejects_an_unknown_format" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    delivery = { format = "csv" }
  }

  expect_failures = [var.delivery]
}

run "rejects_partition_queries_of_an_iceberg_table" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    delivery = { format = "iceberg", partition_queries = { kind = ".kind" } }
    backup   = null
  }

  expect_failures = [var.delivery]
}

run "rejects_a_backup_beside_an_iceberg_table" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    delivery = { format = "iceberg" }
  }

  expect_failures = [var.backup]
}

run "rejects_a_crawler_of_an_iceberg_table" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    delivery = { format = "iceberg" }
    backup   = null
    table    = { partition_discovery = "crawler" }
  }

  expect_failures = [var.table]
}

run "rejects_names_that_leave_no_room_for_the_transforms_role" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name    = "a-lake-with-quite-a-long-name"
    dataset = "visits_of_the_people_that"
  }

  expect_failures = [var.dataset]
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
    existing_roles = { delivery = { arn = "deliverer" } }
  }

  expect_failures = [var.existing_roles]
}
