# Buckets, tables, queries, and Terraform's own state.
data "aws_iam_policy_document" "storage" {
  statement {
    sid = "Buckets"
    actions = [
      "s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:ListBucketVersions",
      "s3:GetBucketTagging", "s3:PutBucketTagging", "s3:GetBucketVersioning", "s3:PutBucketVersioning",
      "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
      "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock",
      "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls",
      "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy",
      "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration",
      "s3:GetBucketLogging", "s3:PutBucketLogging", "s3:GetMetricsConfiguration", "s3:PutMetricsConfiguration",
      "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration",
      # Terraform reads these of every bucket, whatever the configuration says of them.
      "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketRequestPayment", "s3:GetBucketWebsite",
    ]
    resources = ["arn:${local.partition}:s3:::${var.name}-*"]
  }

  # For `destroy` of a lake whose force_destroy is set: it empties the buckets.
  statement {
    sid       = "EmptyBuckets"
    actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = ["arn:${local.partition}:s3:::${var.name}-*/*"]
  }

  statement {
    sid = "Tables"
    actions = [
      "glue:CreateDatabase", "glue:UpdateDatabase", "glue:DeleteDatabase", "glue:GetDatabase",
      "glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable", "glue:GetTable", "glue:GetPartitionIndexes",
      "glue:GetTags", "glue:TagResource", "glue:UntagResource",
    ]
    resources = [
      "${local.arn.glue}:catalog",
      "${local.arn.glue}:database/${local.database}",
      "${local.arn.glue}:table/${local.database}/*",
      "${local.arn.glue}:userDefinedFunction/${local.database}/*", # deleting a database asks for its functions too
    ]
  }

  # Glue writes an Iceberg table's first metadata in the name of whoever makes the table.
  dynamic "statement" {
    for_each = var.iceberg_tables ? [1] : []

    content {
      sid       = "BeginIcebergTables"
      actions   = ["s3:GetObject", "s3:PutObject"]
      resources = ["arn:${local.partition}:s3:::${var.name}-data-*/data/*/metadata/*"]
    }
  }

  statement {
    sid = "Crawlers"
    actions = [
      "glue:UpdateCrawler", "glue:DeleteCrawler", "glue:GetCrawler", "glue:StopCrawler",
      "glue:GetTags", "glue:TagResource", "glue:UntagResource",
    ]
    resources = ["${local.arn.glue}:crawler/${var.name}-*"]
  }

  statement {
    sid       = "MakeCrawlers"
    actions   = ["glue:CreateCrawler", "glue:CreateSecurityConfiguration", "glue:DeleteSecurityConfiguration", "glue:GetSecurityConfiguration"]
    resources = ["*"] # the actions know no resource
  }

  statement {
    sid = "Queries"
    actions = [
      "athena:CreateWorkGroup", "athena:UpdateWorkGroup", "athena:DeleteWorkGroup", "athena:GetWorkGroup",
      "athena:CreateNamedQuery", "athena:UpdateNamedQuery", "athena:DeleteNamedQuery", "athena:GetNamedQuery", "athena:ListNamedQueries",
      "athena:CreatePreparedStatement", "athena:UpdatePreparedStatement", "athena:DeletePreparedStatement", "athena:GetPreparedStatement",
      "athena:ListTagsForResource", "athena:TagResource", "athena:UntagResource",
    ]
    resources = ["${local.arn.athena}:workgroup/${var.name}*"]
  }

  dynamic "statement" {
    for_each = var.state == null ? [] : [var.state]

    content {
      sid       = "FindState"
      actions   = ["s3:ListBucket"]
      resources = ["arn:${local.partition}:s3:::${statement.value.bucket}"]
    }
  }

  # Terraform looks there whenever it turns to this state: a workspace of this lake's may not exist yet, the default one always
  # does. Nothing is kept in it.
  dynamic "statement" {
    for_each = try(var.state.default_key, null) == null ? [] : [var.state]

    content {
      sid       = "LookAtDefaultState"
      actions   = ["s3:GetObject"]
      resources = ["arn:${local.partition}:s3:::${statement.value.bucket}/${statement.value.default_key}"]
    }
  }

  # Deleting is for the lock's file.
  dynamic "statement" {
    for_each = var.state == null ? [] : [var.state]

    content {
      sid       = "KeepState"
      actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
      resources = ["arn:${local.partition}:s3:::${statement.value.bucket}/${statement.value.prefix}*"]
    }
  }

  dynamic "statement" {
    for_each = try(var.state.kms_key_arn, null) == null ? [] : [var.state]

    content {
      sid       = "EncryptState"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value.kms_key_arn]
    }
  }
}
