data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  # Roles are the account's, not a Region's. A name has 64 characters at most; a longer one is cut and told apart by a hash.
  role_suffix    = var.global_suffix == null ? "-${local.region}" : var.global_suffix
  role_full_name = "${var.name}-schedule${local.role_suffix}"
  role_name      = length(local.role_full_name) <= 64 ? local.role_full_name : "${substr(local.role_full_name, 0, 55 - length(local.role_suffix))}-${substr(sha256(local.role_full_name), 0, 8)}${local.role_suffix}"
  role_arn       = var.existing_role == null ? one(aws_iam_role.this[*].arn) : var.existing_role.arn

  names                 = { for key in keys(var.inputs) : key => key == "" ? var.name : "${var.name}-${key}" }
  dead_letter_queue_arn = var.dead_letter_queue.create ? aws_sqs_queue.dead_letters[0].arn : var.dead_letter_queue.arn
  has_dead_letters      = var.dead_letter_queue.create || var.dead_letter_queue.arn != null
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:the key is a variable; without one AWS encrypts the input with a key of its own
  for_each = var.inputs

  name        = local.names[each.key]
  description = var.description
  state       = var.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn = var.kms_key_arn

  schedule_expression          = var.expression
  schedule_expression_timezone = var.time_zone
  start_date                   = var.period.start
  end_date                     = var.period.end

  flexible_time_window {
    mode                      = var.flexible_minutes > 0 ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = var.flexible_minutes > 0 ? var.flexible_minutes : null
  }

  target {
    arn      = var.function_arn
    role_arn = local.role_arn
    input    = each.value

    retry_policy {
      maximum_retry_attempts       = var.retry.attempts
      maximum_event_age_in_seconds = var.retry.max_age_seconds
    }

    dynamic "dead_letter_config" {
      for_each = local.has_dead_letters ? [1] : []

      content {
        arn = local.dead_letter_queue_arn
      }
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_sqs_queue" "dead_letters" {
  count = var.dead_letter_queue.create ? 1 : 0

  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  tags = var.tags
}
