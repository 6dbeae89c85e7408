# One row per dataset, in the order of the path: in, how far behind, transformed, delivered. The last text of a metric
# is its statistic.
locals {
  dashboard_rows = [
    for dataset, pipeline in var.pipelines : [
      {
        title = "${dataset}: coming in"
        metrics = concat(
          pipeline.stream_name == null ? [["AWS/Firehose", "IncomingRecords", "DeliveryStreamName", pipeline.delivery_stream_name, "Sum"]] : [
            ["AWS/Kinesis", "IncomingRecords", "StreamName", pipeline.stream_name, "Sum"],
            ["AWS/Kinesis", "WriteProvisionedThroughputExceeded", "StreamName", pipeline.stream_name, "Sum"],
          ],
        )
      },
      {
        title = "${dataset}: how far behind (ms)"
        metrics = pipeline.stream_name == null ? [["AWS/Firehose", "${local.destinations[dataset]}.DataFreshness", "DeliveryStreamName", pipeline.delivery_stream_name, "Maximum"]] : [
          ["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", pipeline.stream_name, "Maximum"],
          ["AWS/Firehose", "KinesisMillisBehindLatest", "DeliveryStreamName", pipeline.delivery_stream_name, "Maximum"],
        ]
      },
      {
        title = "${dataset}: transform"
        metrics = pipeline.function_name == null ? [["AWS/Firehose", "SucceedConversion.Records", "DeliveryStreamName", pipeline.delivery_stream_name, "Sum"]] : [
          ["AWS/Firehose", "SucceedProcessing.Records", "DeliveryStreamName", pipeline.delivery_stream_name, "Sum"],
          ["AWS/Lambda", "Errors", "FunctionName", pipeline.function_name, "Sum"],
          ["AWS/Lambda", "Duration", "FunctionName", pipeline.function_name, "Maximum"],
        ]
      },
      {
        title = "${dataset}: delivered, and not"
        metrics = concat(
          [
            ["AWS/Firehose", pipeline.iceberg ? "DeliveryToIceberg.SuccessfulRowCount" : "DeliveryToS3.Records", "DeliveryStreamName", pipeline.delivery_stream_name, "Sum"],
            ["AWS/Firehose", "${local.destinations[dataset]}.DataFreshness", "DeliveryStreamName", pipeline.delivery_stream_name, "Maximum"],
          ],
          pipeline.converts ? [["AWS/Firehose", "FailedConversion.Records", "DeliveryStreamName", pipeline.delivery_stream_name, "Sum"]] : [],
          pipeline.iceberg ? [["AWS/Firehose", "DeliveryToIceberg.FailedRowCount", "DeliveryStreamName", pipeline.delivery_stream_name, "Sum"]] : [],
        )
      },
    ]
  ]

  query_row = var.workgroup_name == null ? [] : [{
    title   = "Queries: bytes scanned"
    metrics = [for state in ["SUCCEEDED", "FAILED", "CANCELED"] : ["AWS/Athena", "ProcessedBytes", "WorkGroup", var.workgroup_name, "QueryType", "DML", "QueryState", state, "Sum"]]
  }]

  dashboard = {
    widgets = concat(
      flatten([
        for row, widgets in local.dashboard_rows : [
          for column, widget in widgets : {
            type   = "metric"
            x      = column * 6
            y      = row * 6
            width  = 6
            height = 6
            properties = {
              title   = widget.title
              region  = local.region
              view    = "timeSeries"
              period  = 60
              metrics = [for metric in widget.metrics : concat(slice(metric, 0, length(metric) - 1), [{ stat = metric[length(metric) - 1] }])]
            }
          }
        ]
      ]),
      [
        for widget in local.query_row : {
          type   = "metric"
          x      = 0
          y      = length(local.dashboard_rows) * 6
          width  = 24
          height = 6
          properties = {
            title   = widget.title
            region  = local.region
            view    = "timeSeries"
            period  = 300
            metrics = [for metric in widget.metrics : concat(slice(metric, 0, length(metric) - 1), [{ stat = metric[length(metric) - 1] }])]
          }
        }
      ],
    )
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = local.global_name
  dashboard_body = jsonencode(local.dashboard)
}
