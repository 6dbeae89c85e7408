data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  # Roles are the account's, not a Region's. A name has 64 characters at most; a longer one is cut and told apart by a hash.
  role_suffix    = var.global_suffix == null ? "-${local.region}" : var.global_suffix
  role_full_name = "${var.name}-delivery${local.role_suffix}"
  role_name      = length(local.role_full_name) <= 64 ? local.role_full_name : "${substr(local.role_full_name, 0, 55 - length(local.role_suffix))}-${substr(sha256(local.role_full_name), 0, 8)}${local.role_suffix}"
  role_arn       = var.existing_role == null ? one(aws_iam_role.this[*].arn) : var.existing_role.arn

  bucket_arn = "arn:${local.partition}:s3:::${var.destination.bucket}"
  glue_arn   = "arn:${local.partition}:glue:${local.region}:${coalesce(var.format.catalog_id, local.account_id)}"

  # What the role may write: a prefix ends for IAM where its first expression begins.
  writes = concat(
    [
      { sid = "Data", bucket = var.destination.bucket, prefix = split("!{", var.destination.prefix)[0], kms_key_arn = var.destination.kms_key_arn },
      { sid = "Errors", bucket = var.destination.bucket, prefix = split("!{", var.destination.error_prefix)[0], kms_key_arn = var.destination.kms_key_arn },
    ],
    var.backup == null ? [] : concat(
      [{ sid = "Backup", bucket = var.backup.bucket, prefix = split("!{", var.backup.prefix)[0], kms_key_arn = var.backup.kms_key_arn }],
      var.backup.error_prefix == null ? [] : [{ sid = "BackupErrors", bucket = var.backup.bucket, prefix = split("!{", var.backup.error_prefix)[0], kms_key_arn = var.backup.kms_key_arn }],
    ),
  )

  buckets = distinct(local.writes[*].bucket)
  # Keys by the buckets they encrypt.
  bucket_keys = { for key in distinct(compact(local.writes[*].kms_key_arn)) : key => distinct([for write in local.writes : write.bucket if write.kms_key_arn == key]) }
}

resource "aws_iam_role" "this" {
  count = var.existing_role == null ? 1 : 0

  name                 = local.role_name
  path                 = var.role_path
  description          = "Delivers the stream ${var.name} to S3"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.trust.json

  tags = var.tags
}

resource "aws_iam_role_policy" "this" {
  count = var.existing_role == null ? 1 : 0

  name   = "deliver"
  role   = aws_iam_role.this[0].id
  policy = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Firehose"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    # Nobody else's delivery stream may use this role.
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "FindBuckets"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [for bucket in local.buckets : "arn:${local.partition}:s3:::${bucket}"]
  }

  statement {
    sid = "WriteObjects"
    # Iceberg's commits remove what a failed attempt left.
    actions   = concat(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], local.iceberg ? ["s3:DeleteObject"] : [])
    resources = distinct([for write in local.writes : "arn:${local.partition}:s3:::${write.bucket}/${write.prefix}*"])
  }

  dynamic "statement" {
    for_each = local.bucket_keys

    content {
      sid       = "EncryptObjects${index(keys(local.bucket_keys), statement.key)}"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.key]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${local.dns_suffix}"]
      }

      # With a bucket key the context is the bucket, without one the object.
      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = flatten([for bucket in statement.value : ["arn:${local.partition}:s3:::${bucket}", "arn:${local.partition}:s3:::${bucket}/*"]])
      }
    }
  }

  dynamic "statement" {
    for_each = var.source_stream == null ? [] : [var.source_stream]

    content {
      sid       = "ReadStream"
      actions   = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = try(var.source_stream.kms_key_arn, null) == null ? [] : [var.source_stream]

    content {
      sid       = "DecryptStream"
      actions   = ["kms:Decrypt"]
      resources = [statement.value.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["kinesis.${local.region}.${local.dns_suffix}"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:kinesis:arn"
        values   = [statement.value.arn]
      }
    }
  }

  dynamic "statement" {
    for_each = var.transform == null ? [] : [var.transform]

    content {
      sid       = "Transform"
      actions   = ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"]
      resources = [statement.value.function_arn]
    }
  }

  dynamic "statement" {
    for_each = local.converts ? [var.format] : []

    content {
      sid     = "ReadSchema"
      actions = ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"]
      resources = [
        "${local.glue_arn}:catalog",
        "${local.glue_arn}:database/${statement.value.database_name}",
        "${local.glue_arn}:table/${statement.value.database_name}/${statement.value.table_name}",
      ]
    }
  }

  dynamic "statement" {
    for_each = local.iceberg ? [var.format] : []

    content {
      sid     = "CommitToTable"
      actions = ["glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"]
      resources = [
        "${local.glue_arn}:catalog",
        "${local.glue_arn}:database/${statement.value.database_name}",
        "${local.glue_arn}:table/${statement.value.database_name}/${statement.value.table_name}",
      ]
    }
  }

  statement {
    sid       = "LogErrors"
    actions   = ["logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/kinesisfirehose/${var.name}:log-stream:*"]
  }
}
