# Run with TF_WORKSPACE=local-test, the workspace of this target and environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  target            = "local"
  environment       = "test"
  endpoint          = "http://127.0.0.1:4566"
  account_id        = "000000000000"
  schemas_dir       = "tests/schemas"
  pipeline_defaults = { transform = { enabled = false }, delivery = { interval_seconds = 7, partition_queries = { kind = ".kind" } } }
}

run "one_pipeline_per_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.datasets)) == toset(["visits"]) && output.datasets["visits"].stream_name == "streamlake-test-visits" && output.datasets["visits"].function_name == null
    error_message = "datasets are ${jsonencode(keys(output.datasets))}"
  }

  assert {
    condition     = output.database == "streamlake_test" && output.workgroup == "streamlake-test" && output.data_bucket == "streamlake-test-data-111122223333-eu-west-1"
    error_message = "database ${output.database}, workgroup ${output.workgroup}, bucket ${output.data_bucket}"
  }

  assert {
    condition     = local.settings["visits"].delivery.interval_seconds == 7 && !contains(keys(local.settings["visits"].delivery), "size_mb")
    error_message = "settings are ${jsonencode(local.settings["visits"])}"
  }

  assert {
    condition     = output.alarm_topic_arn == null
    error_message = "a lake is watched only when asked for"
  }
}

run "a_crawler_in_a_lake_whose_key_is_yet_to_be_made" {
  command = plan

  variables {
    dataset_settings = { visits = { table = { partition_discovery = "crawler" } } }
  }

  assert {
    condition     = local.crawls && output.datasets["visits"].stream_name == "streamlake-test-visits"
    error_message = "the crawler's log is encrypted with a key that is not known before it is made"
  }
}

run "a_dataset_has_settings_of_its_own" {
  command = plan

  variables {
    customer_key     = false
    monitoring       = { enabled = true, budget_usd = 50, topic_arn = "arn:aws:sns:eu-west-1:111122223333:alarms" }
    dataset_settings = { visits = { delivery = { interval_seconds = 30 }, backup = { enabled = false } } }
  }

  assert {
    condition     = local.settings["visits"].delivery.interval_seconds == 30 && local.settings["visits"].delivery.partition_queries["kind"] == ".kind"
    error_message = "a dataset's settings win, the defaults stay: ${jsonencode(local.settings["visits"])}"
  }

  assert {
    condition     = output.kms_key_arn == null
    error_message = "without a customer key there is none"
  }

  assert {
    condition     = contains(module.monitoring[0].alarm_names, "streamlake-test-visits-iterator-age") && !contains(module.monitoring[0].alarm_names, "streamlake-test-visits-function-errors")
    error_message = "a watched lake has alarms of what it has: ${join(", ", module.monitoring[0].alarm_names)}"
  }
}

run "operations_when_asked_for" {
  command = plan

  variables {
    function_packages_dir = "tests/packages"
    access_policies       = true
    publisher             = { enabled = true, default_dataset = "visits", schedules = { nightly = { expression = "cron(0 2 * * ? *)", input = "{\"kind\":\"x\"}" } } }
    compaction            = { enabled = true, closing = { after_hours = 1 } }
    quicksight            = { enabled = true, owners = ["arn:aws:quicksight:us-east-1:111122223333:group/default/analysts"] }
  }

  assert {
    condition     = output.publisher_function == "streamlake-test-publisher" && output.compaction_function == "streamlake-test-compaction"
    error_message = "there are a publisher and a compaction"
  }

  assert {
    condition     = length(module.quicksight) == 1
    error_message = "there are reports"
  }

  assert {
    condition     = jsonencode(local.compactable) == "{\"visits\":[\"at\"]}"
    error_message = "compacted are ${jsonencode(local.compactable)}"
  }
}

run "shared_with_other_accounts" {
  command = plan

  variables {
    dataset_settings = { visits = { stream = { consumers = ["audit"] } } }
    storage          = { replication = { raw = { bucket = "copies", kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/copies" } } }
    sharing = {
      stream_readers = [
        { role_arn = "arn:aws:iam::444455556666:role/reader" },
        { role_arn = "arn:aws:iam::444455556666:role/audit", datasets = ["visits"], consumer = "audit" },
      ]
      stream_writers = [{ role_arn = "arn:aws:iam::777788889999:role/shop", datasets = [] }]
      lake_writers   = ["arn:aws:iam::444455556666:role/delivery"]
    }
  }

  assert {
    condition = jsonencode(local.sharing["visits"]) == jsonencode({
      consumer_role_arns = { audit = ["arn:aws:iam::444455556666:role/audit"] }
      reader_role_arns   = ["arn:aws:iam::444455556666:role/reader"]
      writer_role_arns   = []
    })
    error_message = "each role gets the streams it was named for: ${jsonencode(local.sharing["visits"])}"
  }

  assert {
    condition     = length(local.foreign_role_arns) == 4
    error_message = "the key lets all of them in: ${join(", ", local.foreign_role_arns)}"
  }
}

run "a_stream_that_is_there_already" {
  command = plan

  variables {
    source_streams = { visits = { arn = "arn:aws:kinesis:us-east-1:444455556666:stream/shop" } }
    sharing        = { stream_readers = [{ role_arn = "arn:aws:iam::444455556666:role/reader" }] }
    region         = "us-east-1"
  }

  override_data {
    target = module.pipeline["visits"].module.delivery.data.aws_region.current
    values = { name = "us-east-1" }
  }

  assert {
    condition     = output.datasets["visits"].stream_arn == "arn:aws:kinesis:us-east-1:444455556666:stream/shop" && output.datasets["visits"].stream_name == "shop" && output.datasets["visits"].stream_kms_key_arn == null
    error_message = "the dataset is read from ${output.datasets["visits"].stream_arn}"
  }

  assert {
    condition     = length(local.sharing["visits"].reader_role_arns) == 0
    error_message = "what is not the lake's is not shared by it"
  }
}

run "iceberg_tables_on_aws" {
  command = plan

  variables {
    target            = "aws"
    endpoint          = null
    account_id        = "111122223333"
    pipeline_defaults = { transform = { enabled = false }, delivery = { format = "iceberg" }, backup = { enabled = false } }
  }

  # The tests' workspace is the local target's.
  expect_failures = [output.target]

  assert {
    condition     = length(output.datasets["visits"].partition_keys) == 0 && length(local.compactable) == 0
    error_message = "an Iceberg table has no partition keys, and is not compacted by the lake"
  }
}

run "refuses_another_workspace" {
  command = plan

  variables {
    environment = "other"
  }

  assert {
    condition     = local.allowed_account_ids == ["none, because the workspace is local-test and not local-other"]
    error_message = "no account may be allowed in the wrong workspace, but ${join(", ", local.allowed_account_ids)} is"
  }

  expect_failures = [output.target]
}
