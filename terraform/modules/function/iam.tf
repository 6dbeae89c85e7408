data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  # Roles are the account's, not a Region's. A name has 64 characters at most; a longer one is cut and told apart by a hash.
  role_suffix    = var.global_suffix == null ? "-${local.region}" : var.global_suffix
  role_full_name = "${var.name}${local.role_suffix}"
  role_name      = length(local.role_full_name) <= 64 ? local.role_full_name : "${substr(local.role_full_name, 0, 55 - length(local.role_suffix))}-${substr(sha256(local.role_full_name), 0, 8)}${local.role_suffix}"
  role_arn       = var.existing_role == null ? one(aws_iam_role.this[*].arn) : var.existing_role.arn

  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}"
}

resource "aws_iam_role" "this" {
  count = var.existing_role == null ? 1 : 0

  name                 = local.role_name
  path                 = var.role_path
  description          = "Runs the function ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.trust.json

  tags = var.tags
}

resource "aws_iam_role_policy" "this" {
  count = var.existing_role == null ? 1 : 0

  name   = "run"
  role   = aws_iam_role.this[0].id
  policy = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Lambda"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = var.policy == null ? [] : [var.policy]

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${var.name}:log-stream:*"]
  }

  dynamic "statement" {
    for_each = length(var.environment) > 0 && var.kms_key_arn != null ? [1] : []

    content {
      sid       = "ReadEnvironment"
      actions   = ["kms:Decrypt"]
      resources = [var.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:lambda:FunctionArn"
        values   = [local.function_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = var.tracing ? [1] : []

    content {
      sid       = "SendTraces"
      actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      resources = ["*"] # these two actions know no resources
    }
  }

  dynamic "statement" {
    for_each = var.vpc_config == null ? [] : [1]

    content {
      sid = "AttachToVpc"
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources = ["*"] # Lambda checks these before the interface exists; describing knows no resources
    }
  }

  # Lambda itself attaches the function to the VPC. The function's code, which runs with the same role, must not be able to.
  dynamic "statement" {
    for_each = var.vpc_config == null ? [] : [1]

    content {
      sid    = "KeepVpcFromCode"
      effect = "Deny"
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources = ["*"] # a denial: no interface of anyone

      condition {
        test     = "ArnEquals"
        variable = "lambda:SourceFunctionArn"
        values   = [local.function_arn]
      }
    }
  }
}
