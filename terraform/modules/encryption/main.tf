data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))
}

resource "aws_kms_key" "this" {
  description             = var.description
  deletion_window_in_days = var.deletion_window_days
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  policy                  = data.aws_iam_policy_document.key.json

  tags = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# In a key policy the resource "*" is the key that carries the policy.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:a key policy's resource * is the key itself, and without an administrator the key could never be changed
  #checkov:skip=CKV_AWS_111:a key policy's resource * is the key itself
  #checkov:skip=CKV_AWS_356:a key policy's resource * is the key itself

  # Leaves administration to the account's IAM policies. It gives no use of the key: that is in the next statement. Who may
  # put a policy can of course write another one.
  statement {
    sid = "AdministerByIam"
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListAliases",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListKeyRotations",
      "kms:ListResourceTags",
      "kms:ListRetirableGrants",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:RotateKeyOnDemand",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ]
    resources = ["*"] # this key

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  # Use is left to IAM policies too, but only through the services of the lake.
  statement {
    sid       = "UseThroughServices"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
    resources = ["*"] # this key

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in sort(var.services) : "${service}.${local.region}.${local.dns_suffix}"]
    }
  }

  # Roles of other accounts: the account is the principal and the role a condition, so that the role need not exist yet.
  dynamic "statement" {
    for_each = length(var.user_role_arns) == 0 ? [] : [var.user_role_arns]

    content {
      sid       = "UseFromElsewhere"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"] # this key

      principals {
        type        = "AWS"
        identifiers = [for account in distinct([for arn in statement.value : split(":", arn)[4]]) : "arn:${local.partition}:iam::${account}:root"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:PrincipalArn"
        values   = statement.value
      }

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [for service in sort(var.services) : "${service}.${local.region}.${local.dns_suffix}"]
      }
    }
  }

  statement {
    sid       = "GrantToServices"
    actions   = ["kms:CreateGrant"]
    resources = ["*"] # this key

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in sort(var.services) : "${service}.${local.region}.${local.dns_suffix}"]
    }
  }

  statement {
    sid = "EncryptLogs"
    # Not DescribeKey, which AWS's example has too: such a call has no context, so the condition never lets it pass.
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
    resources = ["*"] # this key

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.${local.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = [for pattern in sort(var.log_group_patterns) : "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${pattern}"]
    }
  }

  dynamic "statement" {
    for_each = var.alarm_topics ? [1] : []

    content {
      sid       = "PublishAlarms"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"] # this key

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
  }
}
