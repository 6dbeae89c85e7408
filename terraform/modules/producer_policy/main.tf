data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  dns_suffix = data.aws_partition.current.dns_suffix
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  # The streams that each key encrypts. A key may not be known before it is made, so the statements count streams.
  encrypted = [for stream in var.streams : stream if stream.kms_key_arn != null]
}

data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = length(var.streams) > 0 ? [1] : []

    content {
      sid       = "PutToStreams"
      actions   = concat(["kinesis:PutRecords"], var.single_records ? ["kinesis:PutRecord"] : [])
      resources = var.streams[*].arn
    }
  }

  dynamic "statement" {
    for_each = length(var.streams) > 0 && var.read_shards ? [1] : []

    content {
      sid       = "FindShards"
      actions   = ["kinesis:DescribeStreamSummary", "kinesis:ListShards"]
      resources = var.streams[*].arn
    }
  }

  dynamic "statement" {
    for_each = length(local.encrypted) > 0 ? [1] : []

    content {
      sid       = "EncryptRecords"
      actions   = ["kms:GenerateDataKey"]
      resources = distinct(local.encrypted[*].kms_key_arn)

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["kinesis.${local.region}.${local.dns_suffix}"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:kinesis:arn"
        values   = local.encrypted[*].arn
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.delivery_stream_arns) > 0 ? [1] : []

    content {
      sid       = "PutToDeliveryStreams"
      actions   = concat(["firehose:PutRecordBatch"], var.single_records ? ["firehose:PutRecord"] : [])
      resources = var.delivery_stream_arns
    }
  }

  dynamic "statement" {
    for_each = length(var.metric_namespaces) > 0 ? [1] : []

    content {
      sid       = "PublishMetrics"
      actions   = ["cloudwatch:PutMetricData"]
      resources = ["*"] # the action knows no resources; the namespace limits it

      condition {
        test     = "StringEquals"
        variable = "cloudwatch:namespace"
        values   = var.metric_namespaces
      }
    }
  }
}

resource "aws_iam_policy" "this" {
  count = var.policy == null ? 0 : 1

  name        = var.policy.name
  path        = var.policy.path
  description = var.policy.description
  policy      = data.aws_iam_policy_document.this.json

  tags = var.tags

  lifecycle {
    # AWS rule: a managed policy has 6,144 characters, spaces not counted.
    precondition {
      condition     = length(jsonencode(jsondecode(data.aws_iam_policy_document.this.json))) <= 6144
      error_message = "the policy ${var.policy.name} has ${length(jsonencode(jsondecode(data.aws_iam_policy_document.this.json)))} characters; IAM takes 6144: give fewer streams, with the rest in a policy of their own"
    }
  }
}
