# Every alarm in one form: a metric, its statistic over a period, and how many periods out of how many must be beyond the
# threshold. "notBreaching" where no data means that nothing happened.
locals {
  # What Firehose calls where it delivers to, in the names of its metrics.
  destinations = { for dataset, pipeline in var.pipelines : dataset => pipeline.iceberg ? "DeliveryToIceberg" : "DeliveryToS3" }

  stream_alarms = merge([
    for dataset, pipeline in var.pipelines : {
      "${dataset}-iterator-age" = {
        description = "Delivery of ${dataset} is behind: the oldest record it has not read is older than ${var.thresholds.iterator_age_seconds} s. After the stream's retention records are lost."
        metric      = { namespace = "AWS/Kinesis", name = "GetRecords.IteratorAgeMilliseconds", statistic = "Maximum", dimensions = { StreamName = pipeline.stream_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = var.thresholds.iterator_age_seconds * 1000
        period      = 60
        periods     = 5
      }
      "${dataset}-write-throttles" = {
        description = "Producers of ${dataset} are throttled in 3 of 5 minutes: the stream needs more shards, or hot keys must be spread."
        metric      = { namespace = "AWS/Kinesis", name = "WriteProvisionedThroughputExceeded", statistic = "Sum", dimensions = { StreamName = pipeline.stream_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 60
        periods     = 5
        breaching   = 3
      }
    }
    if pipeline.stream_name != null
  ]...)

  delivery_alarms = merge([
    for dataset, pipeline in var.pipelines : {
      "${dataset}-delivery-freshness" = {
        description = "A record of ${dataset} has been waiting ${var.thresholds.late_seconds} s longer than the buffers explain."
        metric      = { namespace = "AWS/Firehose", name = "${local.destinations[dataset]}.DataFreshness", statistic = "Maximum", dimensions = { DeliveryStreamName = pipeline.delivery_stream_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = pipeline.delivery_seconds + var.thresholds.late_seconds
        period      = 60
        periods     = 5
      }
    }
  ]...)

  object_alarms = merge([
    for dataset, pipeline in var.pipelines : {
      "${dataset}-delivery-failing" = {
        description = "Objects of ${dataset} cannot be written to S3. They are tried again until the stream's retention ends; see the delivery stream's log."
        metric      = { namespace = "AWS/Firehose", name = "DeliveryToS3.Success", statistic = "Average", dimensions = { DeliveryStreamName = pipeline.delivery_stream_name } }
        comparison  = "LessThanThreshold"
        threshold   = 1
        period      = 300
        periods     = 2
      }
    }
    if !pipeline.iceberg
  ]...)

  row_alarms = merge([
    for dataset, pipeline in var.pipelines : {
      "${dataset}-failed-rows" = {
        description = "Rows of ${dataset} cannot be committed to the Iceberg table; their records are under ${pipeline.error_prefix}."
        metric      = { namespace = "AWS/Firehose", name = "DeliveryToIceberg.FailedRowCount", statistic = "Sum", dimensions = { DeliveryStreamName = pipeline.delivery_stream_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 300
        periods     = 1
      }
    }
    if pipeline.iceberg
  ]...)

  conversion_alarms = merge([
    for dataset, pipeline in var.pipelines : {
      "${dataset}-failed-conversion" = {
        description = "Records of ${dataset} do not fit the Glue table; they are under ${pipeline.error_prefix}format-conversion-failed/."
        metric      = { namespace = "AWS/Firehose", name = "FailedConversion.Records", statistic = "Sum", dimensions = { DeliveryStreamName = pipeline.delivery_stream_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 300
        periods     = 1
      }
    }
    if pipeline.converts
  ]...)

  function_alarms = merge([
    for dataset, pipeline in var.pipelines : {
      "${dataset}-failed-processing" = {
        description = "Calls of the transform of ${dataset} fail; their records end under ${pipeline.error_prefix}processing-failed/ when retries fail too."
        metric      = { namespace = "AWS/Firehose", name = "ExecuteProcessing.Success", statistic = "Average", dimensions = { DeliveryStreamName = pipeline.delivery_stream_name } }
        comparison  = "LessThanThreshold"
        threshold   = 1
        period      = 300
        periods     = 1
      }
      "${dataset}-function-errors" = {
        description = "The transform of ${dataset} raised or ran out of time."
        metric      = { namespace = "AWS/Lambda", name = "Errors", statistic = "Sum", dimensions = { FunctionName = pipeline.function_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 300
        periods     = 1
      }
      "${dataset}-function-throttles" = {
        description = "The transform of ${dataset} is throttled in 3 of 5 minutes: the account's concurrency, or its reservation, is used up."
        metric      = { namespace = "AWS/Lambda", name = "Throttles", statistic = "Sum", dimensions = { FunctionName = pipeline.function_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 60
        periods     = 5
        breaching   = 3
      }
      "${dataset}-function-duration" = {
        description = "The transform of ${dataset} takes ${var.thresholds.duration_share * 100} % of its timeout of ${pipeline.timeout_seconds} s."
        metric      = { namespace = "AWS/Lambda", name = "Duration", statistic = "Maximum", dimensions = { FunctionName = pipeline.function_name } }
        comparison  = "GreaterThanThreshold"
        threshold   = pipeline.timeout_seconds * 1000 * var.thresholds.duration_share
        period      = 300
        periods     = 2
      }
    }
    if pipeline.function_name != null
  ]...)

  error_alarms = {
    for dataset, pipeline in var.pipelines : "${dataset}-error-objects" => {
      description = "Error records of ${dataset} are being written under s3://${pipeline.error_bucket}/${pipeline.error_prefix}."
      metric      = { namespace = "AWS/S3", name = "PutRequests", statistic = "Sum", dimensions = { BucketName = pipeline.error_bucket, FilterId = "${var.name}-${dataset}-errors" } }
      comparison  = "GreaterThanThreshold"
      threshold   = var.thresholds.error_objects
      period      = 300
      periods     = 1
    }
    if var.count_error_objects
  }

  alarms = merge(local.stream_alarms, local.delivery_alarms, local.object_alarms, local.row_alarms, local.conversion_alarms, local.function_alarms, local.error_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = try(each.value.breaching, each.value.periods)
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = [local.topic_arn]

  metric_query {
    id          = "watched"
    return_data = true

    metric {
      namespace   = each.value.metric.namespace
      metric_name = each.value.metric.name
      dimensions  = each.value.metric.dimensions
      stat        = each.value.metric.statistic
      period      = each.value.period
    }
  }

  tags = var.tags
}

# Queries that are stopped or fail are charged for what they scanned as well.
resource "aws_cloudwatch_metric_alarm" "scanned_bytes" {
  count = var.workgroup_name == null ? 0 : 1

  alarm_name          = "${var.name}-scanned-bytes"
  alarm_description   = "Queries of the workgroup ${var.workgroup_name} scanned more than ${var.thresholds.scanned_bytes_per_day} bytes in a day."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.scanned_bytes_per_day
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arn]

  metric_query {
    id          = "scanned"
    label       = "Bytes scanned"
    expression  = "SUM(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = toset(["SUCCEEDED", "FAILED", "CANCELED"])

    content {
      id          = lower(metric_query.key)
      return_data = false

      metric {
        namespace   = "AWS/Athena"
        metric_name = "ProcessedBytes"
        dimensions  = { WorkGroup = var.workgroup_name, QueryType = "DML", QueryState = metric_query.key }
        stat        = "Sum"
        period      = 86400
      }
    }
  }

  tags = var.tags
}

# S3 counts requests only under prefixes that are asked for.
resource "aws_s3_bucket_metric" "errors" {
  for_each = var.count_error_objects ? var.pipelines : {}

  bucket = each.value.error_bucket
  name   = "${var.name}-${each.key}-errors"

  filter {
    prefix = each.value.error_prefix
  }
}
