# Registers partitions of the tables that ask for a crawler. The tables are declared here, so the crawler has them as its
# targets and not their folders: it adds partitions, which take their columns from the table, and logs what does not fit.
# Its role may not change a table, whatever its settings become.
locals {
  crawled = sort([for name, table in var.tables : name if table.partition_discovery == "crawler"])
  crawls  = length(local.crawled) > 0 && var.crawler != null

  crawled_places = [for name in local.crawled : regex("^s3://(?P<bucket>[^/]+)/(?P<prefix>.*)$", var.tables[name].location)]
  partition      = one(data.aws_partition.current[*].partition)
  account_id     = one(data.aws_caller_identity.current[*].account_id)
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = local.crawls ? coalesce(lookup(data.aws_region.current[0], "region", null), lookup(data.aws_region.current[0], "name", null)) : null

  # Roles are the account's, not a Region's. A name has 64 characters at most; a longer one is cut and told apart by a hash.
  role_suffix    = var.global_suffix == null ? "-${coalesce(local.region, "none")}" : var.global_suffix
  role_full_name = "${try(var.crawler.name, "")}-crawler${local.role_suffix}"
  role_name      = length(local.role_full_name) <= 64 ? local.role_full_name : "${substr(local.role_full_name, 0, 55 - length(local.role_suffix))}-${substr(sha256(local.role_full_name), 0, 8)}${local.role_suffix}"

  crawler_role_arn = var.existing_crawler_role == null ? one(aws_iam_role.crawler[*].arn) : local.crawls ? var.existing_crawler_role.arn : null
}

data "aws_caller_identity" "current" {
  count = local.crawls ? 1 : 0
}

data "aws_partition" "current" {
  count = local.crawls ? 1 : 0
}

data "aws_region" "current" {
  count = local.crawls ? 1 : 0
}

resource "aws_glue_crawler" "this" {
  #checkov:skip=CKV_AWS_195:its log is encrypted when the module is given a key; it writes nothing else
  count = local.crawls ? 1 : 0

  name                   = var.crawler.name
  description            = "Registers new partitions of ${join(", ", local.crawled)}"
  database_name          = local.database_name
  role                   = local.crawler_role_arn
  schedule               = var.crawler.schedule == "" ? null : var.crawler.schedule
  security_configuration = aws_glue_security_configuration.crawler[0].name

  catalog_target {
    database_name = local.database_name
    tables        = [for name in local.crawled : aws_glue_catalog_table.this[name].name]
  }

  # AWS rule: LOG is the only DeleteBehavior of catalog targets, reference 9.4. New partitions are added all the same.
  schema_change_policy {
    update_behavior = "LOG"
    delete_behavior = "LOG"
  }

  # Partitions with columns of their own would fail queries as soon as the table's change.
  configuration = jsonencode({
    Version       = 1
    CrawlerOutput = { Partitions = { AddOrUpdateBehavior = "InheritFromTable" } }
  })

  tags = var.tags

  depends_on = [aws_iam_role_policy.crawler]
}

# There is one without a key too, which encrypts nothing: whether a key that is yet to be made is null cannot be known, and
# the number of resources must be.
resource "aws_glue_security_configuration" "crawler" {
  #checkov:skip=CKV_AWS_99:it encrypts with the key that the module is given, and what it encrypts is a log; without one CloudWatch's own key does
  count = local.crawls ? 1 : 0

  name = var.crawler.name

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = var.crawler.kms_key_arn == null ? "DISABLED" : "SSE-KMS"
      kms_key_arn                = var.crawler.kms_key_arn
    }

    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = var.crawler.kms_key_arn == null ? "DISABLED" : "CSE-KMS"
      kms_key_arn                   = var.crawler.kms_key_arn
    }

    s3_encryption {
      s3_encryption_mode = var.crawler.kms_key_arn == null ? "DISABLED" : "SSE-KMS"
      kms_key_arn        = var.crawler.kms_key_arn
    }
  }
}

resource "aws_iam_role" "crawler" {
  count = local.crawls && var.existing_crawler_role == null ? 1 : 0

  name                 = local.role_name
  path                 = var.role_path
  description          = "Registers partitions of ${join(", ", local.crawled)}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.crawler_trust[0].json

  tags = var.tags
}

resource "aws_iam_role_policy" "crawler" {
  count = local.crawls && var.existing_crawler_role == null ? 1 : 0

  name   = "crawl"
  role   = aws_iam_role.crawler[0].id
  policy = data.aws_iam_policy_document.crawler[0].json
}

data "aws_iam_policy_document" "crawler_trust" {
  count = local.crawls ? 1 : 0

  statement {
    sid     = "Glue"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "crawler" {
  count = local.crawls ? 1 : 0

  statement {
    sid       = "FindObjects"
    actions   = ["s3:ListBucket"]
    resources = distinct([for place in local.crawled_places : "arn:${local.partition}:s3:::${place.bucket}"])

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = distinct([for place in local.crawled_places : "${place.prefix}*"])
    }
  }

  statement {
    sid       = "ReadObjects"
    actions   = ["s3:GetObject"]
    resources = [for place in local.crawled_places : "arn:${local.partition}:s3:::${place.bucket}/${place.prefix}*"]
  }

  statement {
    sid = "RegisterPartitions"
    actions = [
      "glue:BatchCreatePartition",
      "glue:BatchGetPartition",
      "glue:CreatePartition",
      "glue:GetDatabase",
      "glue:GetPartition",
      "glue:GetPartitions",
      "glue:GetTable",
    ]
    resources = concat(
      ["arn:${local.partition}:glue:${local.region}:${local.account_id}:catalog", "arn:${local.partition}:glue:${local.region}:${local.account_id}:database/${local.database_name}"],
      [for name in local.crawled : "arn:${local.partition}:glue:${local.region}:${local.account_id}:table/${local.database_name}/${name}"],
    )
  }

  statement {
    sid     = "WriteLog"
    actions = concat(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], var.crawler.kms_key_arn == null ? [] : ["logs:AssociateKmsKey"])
    # Glue names the group after the role and the security configuration when the log is encrypted.
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws-glue/crawlers*"]
  }

  dynamic "statement" {
    for_each = var.crawler.kms_key_arn == null ? [] : [1]

    content {
      sid       = "DecryptObjects"
      actions   = ["kms:Decrypt"]
      resources = [var.crawler.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${one(data.aws_partition.current[*].dns_suffix)}"]
      }
    }
  }
}
