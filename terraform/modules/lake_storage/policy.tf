resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket
  policy = data.aws_iam_policy_document.bucket[each.key].json

  # S3 answers a conflict when both are changed at once.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

data "aws_iam_policy_document" "bucket" {
  for_each = aws_s3_bucket.this

  source_policy_documents = compact([var.bucket_policies[each.key]])

  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"] # a denial: nothing may go unencrypted
    resources = [each.value.arn, "${each.value.arn}/*"]

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

  statement {
    sid       = "DenyOldTls"
    effect    = "Deny"
    actions   = ["s3:*"] # a denial: nothing may use a broken protocol
    resources = [each.value.arn, "${each.value.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"] # a denial for everyone
    }

    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.2"]
    }
  }

  # Roles of other accounts. The account is the principal and the role a condition: a policy that named a role would be
  # refused until the role exists.
  dynamic "statement" {
    for_each = each.key == "results" || length(var.writer_role_arns) == 0 ? [] : [
      { sid = "FindFromElsewhere", resource = each.value.arn, actions = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"] },
      { sid = "WriteFromElsewhere", resource = "${each.value.arn}/*", actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"] },
    ]

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = [statement.value.resource]

      principals {
        type        = "AWS"
        identifiers = [for account in distinct([for arn in var.writer_role_arns : split(":", arn)[4]]) : "arn:${local.partition}:iam::${account}:root"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:PrincipalArn"
        values   = var.writer_role_arns
      }
    }
  }
}
