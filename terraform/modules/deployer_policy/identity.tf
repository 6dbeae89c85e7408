# Roles and the key: what could give a deployer more rights than it has is narrowed the most.
data "aws_iam_policy_document" "identity" {
  #checkov:skip=CKV_AWS_356:kms:CreateKey knows no resource, and the tags it gives are asked for by a condition

  statement {
    sid       = "MakeRoles"
    actions   = ["iam:CreateRole", "iam:PutRolePolicy"]
    resources = [local.roles]

    dynamic "condition" {
      for_each = var.permissions_boundary_arn == null ? [] : [var.permissions_boundary_arn]

      content {
        test     = "StringEquals"
        variable = "iam:PermissionsBoundary"
        values   = [condition.value]
      }
    }
  }

  # IAM knows no condition by which iam:UpdateAssumeRolePolicy could be kept to roles that carry the boundary. With one, who
  # trusts a role is said when the role is made, which needs the boundary; another trust policy needs another role.
  statement {
    sid = "KeepRoles"
    actions = concat([
      "iam:GetRole", "iam:UpdateRoleDescription", "iam:DeleteRole", "iam:TagRole", "iam:UntagRole",
      "iam:GetRolePolicy", "iam:DeleteRolePolicy", "iam:ListRolePolicies",
      "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
    ], var.permissions_boundary_arn == null ? ["iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"] : [])
    resources = [local.roles]
  }

  statement {
    sid = "Policies"
    actions = [
      "iam:CreatePolicy", "iam:DeletePolicy", "iam:GetPolicy", "iam:TagPolicy", "iam:UntagPolicy",
      "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:CreatePolicyVersion", "iam:DeletePolicyVersion",
    ]
    resources = local.policies
  }

  statement {
    sid       = "GiveRolesToServices"
    actions   = ["iam:PassRole"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["firehose.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com", "s3.amazonaws.com", "scheduler.amazonaws.com"]
    }
  }

  # A key has no name: the lake's is known by the tags that Terraform gives it.
  statement {
    sid       = "MakeKey"
    actions   = ["kms:CreateKey", "kms:TagResource"]
    resources = ["*"] # a key that does not exist yet has no ARN

    dynamic "condition" {
      for_each = var.key_tags

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid = "KeepKey"
    actions = [
      "kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus", "kms:EnableKeyRotation",
      "kms:UpdateKeyDescription", "kms:ListResourceTags", "kms:TagResource", "kms:UntagResource",
      "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias",
    ]
    resources = ["${local.arn.kms}:key/*"] # narrowed to the lake's key by its tags

    dynamic "condition" {
      for_each = var.key_tags

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid       = "NameKey"
    actions   = ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"]
    resources = ["${local.arn.kms}:alias/${var.name}*"]
  }

  # Keys are listed to find the one that an interrupted deployment had made: its tags tell it from others.
  statement {
    sid       = "FindKeys"
    actions   = ["kms:ListAliases", "kms:ListKeys"]
    resources = ["*"] # listings; the actions know no resource
  }

  # Services that encrypt with the lake's key are given grants by whoever sets them up, and data keys when they first write.
  statement {
    sid       = "UseKeyThroughServices"
    actions   = ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["${local.arn.kms}:key/*"] # narrowed to the lake's key by its tags

    dynamic "condition" {
      for_each = var.key_tags

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = [for service in ["firehose", "kinesis", "lambda", "logs", "s3", "sns"] : "${service}.${local.region}.*"]
    }
  }
}
