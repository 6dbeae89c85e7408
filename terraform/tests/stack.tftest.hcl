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

run "a_dataset_has_settings_of_its_own" {
  command = plan

  variables {
    customer_key     = false
    monitoring       = { enabled = true, budget_usd = 50 }
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
