resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = var.description
  force_destroy = var.force_destroy

  configuration {
    # A client's own output location or encryption is ignored.
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_bytes

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.results.bucket}/${var.results.prefix}"

      encryption_configuration {
        encryption_option = var.results.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.results.kms_key_arn
      }
    }
  }

  tags = var.tags
}

resource "aws_athena_named_query" "this" {
  for_each = var.named_queries

  name        = each.key
  workgroup   = aws_athena_workgroup.this.name
  database    = each.value.database
  description = each.value.description
  query       = each.value.query
}
