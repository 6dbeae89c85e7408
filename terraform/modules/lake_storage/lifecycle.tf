# The provider waits most of a minute until S3 has settled a lifecycle configuration. Nothing may depend on this
# resource, so that the wait runs beside the streams' own.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

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
      noncurrent_days = var.noncurrent_expiration_days
    }

    # A delete marker without older versions hides nothing; listings still read it.
    expiration {
      expired_object_delete_marker = true
    }
  }

  dynamic "rule" {
    for_each = local.lifecycle_rules[each.key]

    content {
      id     = rule.key
      status = "Enabled"

      filter {
        prefix = rule.value.prefix
      }

      dynamic "transition" {
        for_each = rule.value.transitions

        content {
          days          = transition.value.days
          storage_class = transition.value.storage_class
        }
      }

      dynamic "expiration" {
        for_each = rule.value.expiration_days == null ? [] : [rule.value.expiration_days]

        content {
          days = expiration.value
        }
      }
    }
  }

  # S3 wants versioning to be on before a rule speaks of versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

locals {
  lifecycle_rules = {
    data = merge(
      length(var.data_lifecycle.transitions) > 0 || var.data_lifecycle.expiration_days != null ? {
        data = { prefix = "data/", transitions = var.data_lifecycle.transitions, expiration_days = var.data_lifecycle.expiration_days }
      } : {},
      var.error_expiration_days == null ? {} : {
        errors = { prefix = "errors/", transitions = [], expiration_days = var.error_expiration_days }
      },
    )
    raw     = { raw = { prefix = "", transitions = [], expiration_days = var.raw_expiration_days } }
    results = { results = { prefix = "", transitions = [], expiration_days = var.results_expiration_days } }
  }
}
