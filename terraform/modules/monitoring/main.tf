data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  # A topic that is yet to be made has an ARN of which nobody knows whether it is null, but the number of resources must be
  # known: create_topic says it.
  creates_topic = var.notify.create_topic == null ? var.notify.topic_arn == null : var.notify.create_topic

  account_id = data.aws_caller_identity.current.account_id
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  # Dashboards and budgets are the account's, not a Region's.
  global_name = "${var.name}${var.global_suffix == null ? "-${local.region}" : var.global_suffix}"

  # Through its policy: a new alarm may publish at once, when the topic must let it already.
  topic_arn = local.creates_topic ? aws_sns_topic_policy.this[0].arn : var.notify.topic_arn
}

resource "aws_sns_topic" "this" {
  count = local.creates_topic ? 1 : 0

  name              = "${var.name}-alarms"
  kms_master_key_id = var.notify.kms_key_arn

  tags = var.tags
}

resource "aws_sns_topic_policy" "this" {
  count = length(aws_sns_topic.this)

  arn    = aws_sns_topic.this[0].arn
  policy = data.aws_iam_policy_document.topic[0].json
}

data "aws_iam_policy_document" "topic" {
  count = length(aws_sns_topic.this)

  statement {
    sid       = "PublishAlarms"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this[0].arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this[0].arn]

    principals {
      type        = "*"
      identifiers = ["*"] # a denial for everyone
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.notify.emails

  topic_arn = local.topic_arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "https" {
  for_each = var.notify.https

  topic_arn = local.topic_arn
  protocol  = "https"
  endpoint  = each.key
}

resource "aws_budgets_budget" "this" {
  count = var.budget == null ? 0 : 1

  name         = local.global_name
  budget_type  = "COST"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "cost_filter" {
    for_each = var.budget.tag == null ? [] : [var.budget.tag]

    content {
      name   = "TagKeyValue"
      values = [format("user:%s$%s", cost_filter.value.key, cost_filter.value.value)]
    }
  }

  dynamic "notification" {
    for_each = concat(
      [for percent in var.budget.percents : { percent = percent, type = "ACTUAL" }],
      contains(var.budget.percents, 100) ? [{ percent = 100, type = "FORECASTED" }] : [],
    )

    content {
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value.percent
      threshold_type            = "PERCENTAGE"
      notification_type         = notification.value.type
      subscriber_sns_topic_arns = [local.topic_arn]
    }
  }

  tags = var.tags
}
