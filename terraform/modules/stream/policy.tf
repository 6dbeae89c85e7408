# Roles of other accounts. The account is the principal and the role a condition: a policy that named a role would be
# refused until the role exists, and would be void once the role is made anew.
locals {
  consumers_shared = { for name, role_arns in var.sharing.consumer_role_arns : name => role_arns if length(role_arns) > 0 }

  # AWS rule: subscribing is allowed on the consumer, what a subscriber looks up before it is allowed on the stream.
  sharing = {
    ReadFromElsewhere = {
      role_arns = var.sharing.reader_role_arns
      actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    }
    SubscribeFromElsewhere = {
      role_arns = toset(flatten([for role_arns in values(local.consumers_shared) : role_arns]))
      actions   = ["kinesis:DescribeStreamSummary", "kinesis:ListShards"]
    }
    WriteFromElsewhere = {
      role_arns = var.sharing.writer_role_arns
      actions   = ["kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]
    }
  }

  shared = { for sid, share in local.sharing : sid => share if length(share.role_arns) > 0 }
}

data "aws_partition" "current" {}

resource "aws_kinesis_resource_policy" "this" {
  count = length(local.shared) > 0 ? 1 : 0

  resource_arn = aws_kinesis_stream.this.arn
  policy       = data.aws_iam_policy_document.sharing[0].json
}

data "aws_iam_policy_document" "sharing" {
  count = length(local.shared) > 0 ? 1 : 0

  dynamic "statement" {
    for_each = local.shared

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = [aws_kinesis_stream.this.arn]

      principals {
        type        = "AWS"
        identifiers = [for account in distinct([for arn in statement.value.role_arns : split(":", arn)[4]]) : "arn:${data.aws_partition.current.partition}:iam::${account}:root"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:PrincipalArn"
        values   = statement.value.role_arns
      }
    }
  }
}

resource "aws_kinesis_resource_policy" "consumer" {
  for_each = local.consumers_shared

  resource_arn = aws_kinesis_stream_consumer.this[each.key].arn
  policy       = data.aws_iam_policy_document.consumer[each.key].json
}

data "aws_iam_policy_document" "consumer" {
  for_each = local.consumers_shared

  statement {
    sid       = "SubscribeFromElsewhere"
    actions   = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
    resources = [aws_kinesis_stream_consumer.this[each.key].arn]

    principals {
      type        = "AWS"
      identifiers = [for account in distinct([for arn in each.value : split(":", arn)[4]]) : "arn:${data.aws_partition.current.partition}:iam::${account}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = each.value
    }
  }
}
