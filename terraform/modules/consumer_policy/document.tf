data "aws_iam_policy_document" "this" {
  statement {
    sid = "RunQueries"
    actions = concat(
      ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution", "athena:StopQueryExecution"],
      var.saved_queries ? ["athena:GetNamedQuery"] : [],
      var.prepared_statements ? ["athena:GetPreparedStatement"] : [],
    )
    resources = [local.workgroup_arn]
  }

  dynamic "statement" {
    for_each = var.browse ? [1] : []

    content {
      sid = "BrowseWorkgroup"
      actions = [
        "athena:BatchGetNamedQuery",
        "athena:BatchGetQueryExecution",
        "athena:GetWorkGroup",
        "athena:ListNamedQueries",
        "athena:ListPreparedStatements",
        "athena:ListQueryExecutions",
      ]
      resources = [local.workgroup_arn]
    }
  }

  dynamic "statement" {
    for_each = var.browse ? [1] : []

    content {
      sid = "BrowseCatalog"
      actions = [
        "athena:GetDatabase",
        "athena:GetTableMetadata",
        "athena:ListDatabases",
        "athena:ListTableMetadata",
      ]
      resources = ["${local.athena_arn}:datacatalog/AwsDataCatalog"]
    }
  }

  dynamic "statement" {
    for_each = var.browse ? [1] : []

    content {
      sid       = "FindWorkgroups"
      actions   = ["athena:ListDataCatalogs", "athena:ListWorkGroups"]
      resources = ["*"] # these two actions know no resources
    }
  }

  # Athena reads the catalog in the caller's name.
  statement {
    sid       = "ReadTables"
    actions   = concat(["glue:GetTable"], var.database.registered_partitions ? ["glue:BatchGetPartition", "glue:GetPartition", "glue:GetPartitions"] : [])
    resources = concat(local.database_arns, local.table_arns)
  }

  # The Athena guide asks for the database default too, though nothing in it is used: Athena looks it up in each Region.
  statement {
    sid       = "FindDatabase"
    actions   = ["glue:GetDatabase"]
    resources = concat(local.database_arns, ["${local.glue_arn}:database/default"])
  }

  dynamic "statement" {
    for_each = var.browse ? [1] : []

    content {
      sid       = "ListTables"
      actions   = ["glue:GetDatabases", "glue:GetTables"]
      resources = concat(local.database_arns, local.table_arns)
    }
  }

  # So does it read the objects.
  dynamic "statement" {
    for_each = local.reads

    content {
      sid       = "List${statement.value.sid}"
      actions   = ["s3:ListBucket"]
      resources = ["arn:${local.partition}:s3:::${statement.value.bucket}"]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = [for prefix in sort(statement.value.prefixes) : "${prefix}*"]
      }
    }
  }

  dynamic "statement" {
    for_each = local.reads

    content {
      sid       = "Read${statement.value.sid}"
      actions   = ["s3:GetObject"]
      resources = [for prefix in sort(statement.value.prefixes) : "arn:${local.partition}:s3:::${statement.value.bucket}/${prefix}*"]
    }
  }

  dynamic "statement" {
    for_each = [for read in local.reads : read if read.kms_key_arn != null]

    content {
      sid       = "Decrypt${statement.value.sid}"
      actions   = ["kms:Decrypt"]
      resources = [statement.value.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${local.dns_suffix}"]
      }

      # With a bucket key the context is the bucket, without one the object.
      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = concat(["arn:${local.partition}:s3:::${statement.value.bucket}"], [for prefix in sort(statement.value.prefixes) : "arn:${local.partition}:s3:::${statement.value.bucket}/${prefix}*"])
      }
    }
  }

  # And writes the results, which GetQueryResults reads again in the caller's name.
  statement {
    sid       = "FindResults"
    actions   = ["s3:GetBucketLocation"] # Athena checks the Region of the results before it starts
    resources = ["arn:${local.partition}:s3:::${var.results.bucket}"]
  }

  statement {
    sid = "WriteResults"
    # Large results are uploaded in parts: the last two actions clear away what a stopped query has begun.
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["arn:${local.partition}:s3:::${var.results.bucket}/${var.results.prefix}*"]
  }

  dynamic "statement" {
    for_each = var.results.kms_key_arn == null ? [] : [1]

    content {
      sid       = "EncryptResults"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [var.results.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${local.dns_suffix}"]
      }

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = ["arn:${local.partition}:s3:::${var.results.bucket}", "arn:${local.partition}:s3:::${var.results.bucket}/${var.results.prefix}*"]
      }
    }
  }
}
