data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  s3_arn    = "arn:${local.partition}:s3:::"
  glue_arn  = "arn:${local.partition}:glue:${local.region}:${local.account_id}"
  databases = distinct(values(var.tables)[*].database_name)
  catalog_arns = concat(
    ["${local.glue_arn}:catalog"],
    [for database in local.databases : "${local.glue_arn}:database/${database}"],
  )
  table_arns   = [for table in values(var.tables) : "${local.glue_arn}:table/${table.database_name}/${table.table_name}"]
  staging_arns = [for table in values(var.tables) : "${local.glue_arn}:table/${table.database_name}/compaction_${table.table_name}_*"]

  buckets       = distinct(concat(values(var.tables)[*].bucket, [var.workgroup.bucket, var.manifests.bucket]))
  registered    = [for table in values(var.tables) : "${local.glue_arn}:table/${table.database_name}/${table.table_name}" if table.registered_partitions]
  data_objects  = [for table in values(var.tables) : "${local.s3_arn}${table.bucket}/${table.prefix}*"]
  staged        = "${local.s3_arn}${var.workgroup.bucket}/${var.workgroup.prefix}tables/*"
  manifests     = "${local.s3_arn}${var.manifests.bucket}/${var.manifests.prefix}*"
  query_results = "${local.s3_arn}${var.workgroup.bucket}/${var.workgroup.prefix}*"

  keys = distinct(compact(concat(values(var.tables)[*].kms_key_arn, [var.workgroup.kms_key_arn, var.manifests.kms_key_arn])))
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "RunQueries"
    actions   = ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution", "athena:StopQueryExecution"]
    resources = ["arn:${local.partition}:athena:${local.region}:${local.account_id}:workgroup/${var.workgroup.name}"]
  }

  # Athena looks up the database default in each Region too, though nothing in it is used.
  statement {
    sid       = "FindDatabase"
    actions   = ["glue:GetDatabase"]
    resources = concat(local.catalog_arns, ["${local.glue_arn}:database/default"])
  }

  statement {
    sid       = "ReadTables"
    actions   = ["glue:GetTable"]
    resources = concat(local.catalog_arns, local.table_arns, local.staging_arns)
  }

  dynamic "statement" {
    for_each = length(local.registered) > 0 ? [1] : []

    content {
      sid       = "ReadPartitions"
      actions   = ["glue:BatchGetPartition", "glue:GetPartition", "glue:GetPartitions"]
      resources = concat(local.catalog_arns, local.registered)
    }
  }

  # To find temporary tables that an interrupted run has left.
  statement {
    sid       = "ListTables"
    actions   = ["glue:GetTables"]
    resources = concat(local.catalog_arns, [for database in local.databases : "${local.glue_arn}:table/${database}/*"])
  }

  # Only tables with the temporary ones' names can be made and dropped.
  statement {
    sid       = "StageTables"
    actions   = ["glue:CreateTable", "glue:DeleteTable"]
    resources = concat(local.catalog_arns, local.staging_arns)
  }

  # Not limited to prefixes: with such a condition S3 answers "denied" instead of "not there".
  statement {
    sid       = "FindObjects"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
    resources = [for bucket in local.buckets : "${local.s3_arn}${bucket}"]
  }

  statement {
    sid       = "ReplaceData"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = local.data_objects
  }

  statement {
    sid       = "KeepManifests"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [local.manifests]
  }

  statement {
    sid = "WriteResults"
    # Large results are uploaded in parts: the last two actions clear away what a stopped query has begun.
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = [local.query_results]
  }

  statement {
    sid       = "DeleteStaged"
    actions   = ["s3:DeleteObject"]
    resources = [local.staged]
  }

  dynamic "statement" {
    for_each = length(local.keys) > 0 ? [1] : []

    content {
      sid       = "EncryptObjects"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = local.keys

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${local.dns_suffix}"]
      }

      # With a bucket key the context is the bucket, without one the object.
      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = distinct(concat([for bucket in local.buckets : "${local.s3_arn}${bucket}"], local.data_objects, [local.query_results, local.manifests]))
      }
    }
  }
}
