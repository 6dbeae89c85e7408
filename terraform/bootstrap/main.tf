# What has to be there before the first lake in an account and Region: the bucket for Terraform's state, and the
# policies of those who deploy. Its own state is small and stays where `make bootstrap` ran; nothing is lost with it.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = var.name, ManagedBy = "terraform", Purpose = "state" }
  }
}

resource "aws_kms_key" "this" {
  description             = "Encrypts the Terraform state of ${var.name} lakes"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-state"
  target_key_id = aws_kms_key.this.key_id
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:a key policy's resource * is the key itself, and without an administrator the key could never be changed
  #checkov:skip=CKV_AWS_111:a key policy's resource * is the key itself
  #checkov:skip=CKV_AWS_356:a key policy's resource * is the key itself

  statement {
    sid       = "LeaveToIam"
    actions   = ["kms:*"] # the key's use and administration are left to the account's IAM policies
    resources = ["*"]     # this key

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.account_id}:root"]
    }
  }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:who read the state is in CloudTrail's data events, which an account turns on for all its buckets
  #checkov:skip=CKV_AWS_144:a state without its Region's lake is of no use in another Region
  #checkov:skip=CKV2_AWS_62:nothing listens to events of this bucket

  bucket = var.bucket_name

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    id     = "clean-up"
    status = "Enabled"

    filter {
      prefix = ""
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.bucket
  policy = data.aws_iam_policy_document.bucket.json

  # S3 answers a conflict when both are changed at once.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"] # a denial: nothing may go unencrypted
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"] # a denial for everyone
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

module "deployer_policy" {
  source   = "../modules/deployer_policy"
  for_each = var.deployers

  name           = "${var.name}-${each.key}"
  key_tags       = { Project = var.name, Environment = each.key }
  iceberg_tables = each.value.iceberg_tables
  role_path      = each.value.role_path
  create         = true

  permissions_boundary_arn = each.value.permissions_boundary_arn

  state = {
    bucket      = aws_s3_bucket.this.bucket
    prefix      = "env:/aws-${each.key}/"
    default_key = "${var.name}/terraform.tfstate"
    kms_key_arn = coalesce(aws_kms_key.this.arn) # which says that there is one before it is known
  }
}
