# Alarms, schedules, and what is off by default: budget, dashboard in QuickSight, functions in a VPC.
data "aws_iam_policy_document" "operations" {
  statement {
    sid = "Alarms"
    actions = [
      "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms",
      "cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource",
    ]
    resources = ["${local.arn.cloudwatch}:alarm:${var.name}-*"]
  }

  statement {
    sid       = "Dashboards"
    actions   = ["cloudwatch:PutDashboard", "cloudwatch:GetDashboard", "cloudwatch:DeleteDashboards"]
    resources = ["arn:${local.partition}:cloudwatch::${local.account_id}:dashboard/${var.name}*"]
  }

  statement {
    sid = "Topics"
    actions = [
      "sns:CreateTopic", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:SetTopicAttributes",
      "sns:Subscribe", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource", "sns:TagResource", "sns:UntagResource",
    ]
    resources = ["${local.arn.sns}:${var.name}-*"]
  }

  statement {
    sid       = "Subscriptions"
    actions   = ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"]
    resources = ["*"] # the actions know no resource
  }

  statement {
    sid = "Budget"
    actions = [
      "budgets:ViewBudget", "budgets:ModifyBudget", "budgets:ListTagsForResource", "budgets:TagResource", "budgets:UntagResource",
    ]
    resources = ["arn:${local.partition}:budgets::${local.account_id}:budget/${var.name}*"]
  }

  statement {
    sid       = "Schedules"
    actions   = ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule"]
    resources = ["${local.arn.scheduler}:schedule/default/${var.name}-*"]
  }

  # For schedules that failed.
  statement {
    sid = "DeadLetters"
    actions = [
      "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes",
      "sqs:ListQueueTags", "sqs:TagQueue", "sqs:UntagQueue",
    ]
    resources = ["${local.arn.sqs}:${var.name}-*"]
  }

  statement {
    sid = "QuickSight"
    actions = [
      "quicksight:CreateDataSource", "quicksight:UpdateDataSource", "quicksight:DeleteDataSource", "quicksight:DescribeDataSource",
      "quicksight:DescribeDataSourcePermissions", "quicksight:UpdateDataSourcePermissions", "quicksight:PassDataSource",
      "quicksight:CreateDataSet", "quicksight:UpdateDataSet", "quicksight:DeleteDataSet", "quicksight:DescribeDataSet", "quicksight:PassDataSet",
      "quicksight:DescribeDataSetPermissions", "quicksight:UpdateDataSetPermissions", "quicksight:DescribeDataSetRefreshProperties",
      "quicksight:CreateDashboard", "quicksight:UpdateDashboard", "quicksight:DeleteDashboard", "quicksight:DescribeDashboard",
      "quicksight:DescribeDashboardDefinition", "quicksight:DescribeDashboardPermissions", "quicksight:UpdateDashboardPermissions",
      "quicksight:UpdateDashboardPublishedVersion",
      "quicksight:ListTagsForResource", "quicksight:TagResource", "quicksight:UntagResource",
    ]
    resources = [for kind in ["dashboard", "dataset", "datasource"] : "${local.arn.quicksight}:${kind}/${var.name}*"]
  }

  statement {
    sid       = "FunctionsInVpc"
    actions   = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"]
    resources = ["*"] # listings; the actions know no resource
  }
}
