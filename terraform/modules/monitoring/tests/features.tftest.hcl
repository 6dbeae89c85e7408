mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name           = "lake"
  workgroup_name = "lake"
  notify         = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
  pipelines = {
    events = {
      stream_name          = "lake-events"
      delivery_stream_name = "lake-events"
      function_name        = "lake-events-transform"
      timeout_seconds      = 60
      delivery_seconds     = 120
      error_bucket         = "lake-data"
      error_prefix         = "errors/events/"
    }
    lines = {
      delivery_stream_name = "lake-lines"
      converts             = false
      error_bucket         = "lake-data"
      error_prefix         = "errors/lines/"
    }
  }
}

run "watches_the_whole_path" {
  command = plan

  assert {
    condition = toset(output.alarm_names) == toset([
      "lake-events-delivery-failing", "lake-events-delivery-freshness", "lake-events-error-objects", "lake-events-failed-conversion",
      "lake-events-failed-processing", "lake-events-function-duration", "lake-events-function-errors", "lake-events-function-throttles",
      "lake-events-iterator-age", "lake-events-write-throttles",
      "lake-lines-delivery-failing", "lake-lines-delivery-freshness", "lake-lines-error-objects",
      "lake-scanned-bytes",
    ])
    error_message = "alarms are ${join(", ", output.alarm_names)}: what a pipeline does not have is not watched"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["events-delivery-freshness"].threshold == 720 && aws_cloudwatch_metric_alarm.this["lines-delivery-freshness"].threshold == 900
    error_message = "delivery is late beyond what its buffers explain"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["events-function-duration"].threshold == 48000 && aws_cloudwatch_metric_alarm.this["events-iterator-age"].threshold == 1800000
    error_message = "durations and ages are in milliseconds"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["events-write-throttles"].datapoints_to_alarm == 3 && aws_cloudwatch_metric_alarm.this["events-write-throttles"].evaluation_periods == 5
    error_message = "one throttled minute is no alarm"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching" && length(alarm.alarm_description) > 20])
    error_message = "no data is no trouble, and every alarm says what it means"
  }

  assert {
    condition     = aws_s3_bucket_metric.errors["events"].filter[0].prefix == "errors/events/" && one(one([for query in aws_cloudwatch_metric_alarm.this["events-error-objects"].metric_query : query]).metric).dimensions["FilterId"] == aws_s3_bucket_metric.errors["events"].name
    error_message = "writes under the error prefix are counted by a filter of the alarm's name"
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets) == 9 && jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets[0].properties.metrics[0][4].stat == "Sum"
    error_message = "four pictures per dataset, one of the queries"
  }

  assert {
    condition     = aws_sns_topic.this[0].kms_master_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1" && length(aws_budgets_budget.this) == 0
    error_message = "the topic is encrypted, and there is no budget unless given"
  }
}

run "watches_rows_of_iceberg_tables" {
  command = plan

  variables {
    pipelines = {
      rows = { stream_name = "lake-rows", delivery_stream_name = "lake-rows", converts = false, iceberg = true, error_bucket = "lake-data", error_prefix = "errors/rows/" }
    }
  }

  assert {
    condition     = toset(output.alarm_names) == toset(["lake-rows-delivery-freshness", "lake-rows-error-objects", "lake-rows-failed-rows", "lake-rows-iterator-age", "lake-rows-write-throttles", "lake-scanned-bytes"])
    error_message = "alarms are ${join(", ", output.alarm_names)}: Firehose has other metrics for Iceberg tables than for objects"
  }

  assert {
    condition     = alltrue([for alarm in ["rows-delivery-freshness", "rows-failed-rows"] : startswith(one(one([for query in aws_cloudwatch_metric_alarm.this[alarm].metric_query : query]).metric).metric_name, "DeliveryToIceberg.")])
    error_message = "the metrics are those of the Iceberg destination"
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this[0].dashboard_body, "DeliveryToS3") && strcontains(aws_cloudwatch_dashboard.this[0].dashboard_body, "DeliveryToIceberg.FailedRowCount")
    error_message = "so are the dashboard's"
  }
}

run "own_topic_and_budget" {
  command = plan

  variables {
    notify              = { topic_arn = "arn:aws:sns:eu-west-1:111122223333:mine" }
    count_error_objects = false
    dashboard           = false
    workgroup_name      = null
    budget              = { monthly_usd = 200, percents = [80, 100], tag = { key = "Project", value = "lake" } }
  }

  assert {
    condition     = length(aws_sns_topic.this) == 0 && aws_cloudwatch_metric_alarm.this["events-iterator-age"].alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:mine"])
    error_message = "alarms go to the given topic"
  }

  assert {
    condition     = length(aws_s3_bucket_metric.errors) == 0 && length(aws_cloudwatch_metric_alarm.scanned_bytes) == 0 && length(aws_cloudwatch_dashboard.this) == 0
    error_message = "what costs can be left out"
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "200" && one(aws_budgets_budget.this[0].cost_filter).values == tolist(["user:Project$lake"]) && length(aws_budgets_budget.this[0].notification) == 3
    error_message = "the budget is the tag's, told at 80 %, at 100 % and when 100 % is forecast"
  }
}

run "subscriptions" {
  command = plan

  variables {
    notify = { emails = ["data@example.org"], https = ["https://example.org/alarms"], kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
  }

  assert {
    condition     = aws_sns_topic_subscription.email["data@example.org"].protocol == "email" && aws_sns_topic_subscription.https["https://example.org/alarms"].protocol == "https" && aws_sns_topic.this[0].kms_master_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1"
    error_message = "people and machines hear of alarms by an encrypted topic"
  }
}
