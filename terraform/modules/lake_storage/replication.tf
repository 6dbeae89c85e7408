# Copies of what is written from now on, in buckets of another Region or account. Those buckets are not made here: a copy
# that is worth having is in other hands, or at least in other Terraform.
locals {
  replicates = length(var.replication) > 0

  # A rule may not name a key of a bucket that is encrypted with S3's own.
  replicates_with_key = local.replicates && var.kms_key_arn != null
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = var.replication

  bucket = aws_s3_bucket.this[each.key].bucket
  role   = local.replication_role_arn

  rule {
    id       = "copy"
    priority = 1
    status   = "Enabled"

    filter {
      prefix = each.value.prefix
    }

    delete_marker_replication {
      status = each.value.delete_markers ? "Enabled" : "Disabled"
    }

    # Objects that KMS encrypts are left out unless they are asked for.
    dynamic "source_selection_criteria" {
      for_each = var.kms_key_arn == null ? [] : [1]

      content {
        sse_kms_encrypted_objects {
          status = "Enabled"
        }
      }
    }

    destination {
      bucket        = "arn:${local.partition}:s3:::${each.value.bucket}"
      storage_class = each.value.storage_class
      account       = each.value.account_id

      dynamic "encryption_configuration" {
        for_each = each.value.kms_key_arn == null ? [] : [each.value.kms_key_arn]

        content {
          replica_kms_key_id = encryption_configuration.value
        }
      }

      # Copies belong to the account that has them.
      dynamic "access_control_translation" {
        for_each = each.value.account_id == null ? [] : [1]

        content {
          owner = "Destination"
        }
      }
    }
  }

  # S3 refuses to copy from a bucket without versions, and checks the role at once.
  depends_on = [aws_s3_bucket_versioning.this, aws_iam_role_policy.replication]
}

locals {
  # Roles are the account's, not a Region's. A name has 64 characters at most; a longer one is cut and told apart by a hash.
  role_suffix    = var.global_suffix == null ? "-${local.region}" : var.global_suffix
  role_full_name = "${var.name}-replication${local.role_suffix}"
  role_name      = length(local.role_full_name) <= 64 ? local.role_full_name : "${substr(local.role_full_name, 0, 55 - length(local.role_suffix))}-${substr(sha256(local.role_full_name), 0, 8)}${local.role_suffix}"

  replication_role_arn = var.existing_replication_role == null ? one(aws_iam_role.replication[*].arn) : local.replicates ? var.existing_replication_role.arn : null
}

resource "aws_iam_role" "replication" {
  count = local.replicates && var.existing_replication_role == null ? 1 : 0

  name                 = local.role_name
  path                 = var.role_path
  description          = "Copies objects of the lake ${var.name} to other buckets"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.replication_trust[0].json

  tags = var.tags
}

resource "aws_iam_role_policy" "replication" {
  count = local.replicates && var.existing_replication_role == null ? 1 : 0

  name   = "replicate"
  role   = aws_iam_role.replication[0].id
  policy = data.aws_iam_policy_document.replication[0].json
}

data "aws_iam_policy_document" "replication_trust" {
  count = local.replicates ? 1 : 0

  statement {
    sid     = "S3"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    # Nobody else's bucket may use this role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "replication" {
  count = local.replicates ? 1 : 0

  statement {
    sid       = "ReadRules"
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [for purpose in keys(var.replication) : aws_s3_bucket.this[purpose].arn]
  }

  statement {
    sid       = "ReadVersions"
    actions   = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
    resources = [for purpose, copy in var.replication : "${aws_s3_bucket.this[purpose].arn}/${copy.prefix}*"]
  }

  statement {
    sid       = "WriteCopies"
    actions   = concat(["s3:ReplicateObject", "s3:ReplicateTags"], anytrue(values(var.replication)[*].delete_markers) ? ["s3:ReplicateDelete"] : [])
    resources = [for copy in values(var.replication) : "arn:${local.partition}:s3:::${copy.bucket}/${copy.prefix}*"]
  }

  dynamic "statement" {
    for_each = anytrue([for copy in values(var.replication) : copy.account_id != null]) ? [1] : []

    content {
      sid       = "HandCopiesOver"
      actions   = ["s3:ObjectOwnerOverrideToBucketOwner"]
      resources = [for copy in values(var.replication) : "arn:${local.partition}:s3:::${copy.bucket}/${copy.prefix}*" if copy.account_id != null]
    }
  }

  dynamic "statement" {
    for_each = local.replicates_with_key ? [1] : []

    content {
      sid       = "DecryptObjects"
      actions   = ["kms:Decrypt"]
      resources = [var.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }

      # The buckets have bucket keys, whose context is the bucket.
      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = flatten([for purpose in keys(var.replication) : [aws_s3_bucket.this[purpose].arn, "${aws_s3_bucket.this[purpose].arn}/*"]])
      }
    }
  }

  dynamic "statement" {
    for_each = local.replicates_with_key ? var.replication : {}

    content {
      sid       = "EncryptCopiesOf${title(statement.key)}"
      actions   = ["kms:Encrypt", "kms:GenerateDataKey"]
      resources = [statement.value.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${split(":", statement.value.kms_key_arn)[3]}.${data.aws_partition.current.dns_suffix}"]
      }

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = ["arn:${local.partition}:s3:::${statement.value.bucket}", "arn:${local.partition}:s3:::${statement.value.bucket}/*"]
      }
    }
  }
}
