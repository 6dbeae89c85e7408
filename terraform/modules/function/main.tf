locals {
  package_exists = var.package.path == null ? true : fileexists(var.package.path)
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:who calls the function keeps what failed: a delivery stream under its error prefix, a schedule in a dead-letter queue of its own
  #checkov:skip=CKV_AWS_272:the package is built from this repository just before deployment; code signing needs a signing profile of the user's
  #checkov:skip=CKV_AWS_117:a VPC is a variable; the function needs none
  #checkov:skip=CKV_AWS_50:tracing is a variable, off by default because it is charged per call

  function_name = var.name
  description   = var.description
  role          = local.role_arn

  filename          = var.package.path
  source_code_hash  = var.package.path != null && local.package_exists ? filebase64sha256(var.package.path) : null
  s3_bucket         = try(var.package.s3.bucket, null)
  s3_key            = try(var.package.s3.key, null)
  s3_object_version = try(var.package.s3.version, null)

  handler                        = var.handler
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = length(var.environment) > 0 ? var.kms_key_arn : null

  dynamic "environment" {
    for_each = length(var.environment) > 0 ? [var.environment] : []

    content {
      variables = environment.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc_config == null ? [] : [var.vpc_config]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  tags = var.tags

  # The log group must be ours, with retention and key, before the first run would make one without.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]

  lifecycle {
    precondition {
      condition     = local.package_exists
      error_message = "there is no package at ${coalesce(var.package.path, "null")}; build it with: make package"
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:how long logs are kept is a variable; a year of debug lines is seldom worth its price

  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn

  tags = var.tags
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.retries == null ? 0 : 1

  function_name          = aws_lambda_function.this.function_name
  maximum_retry_attempts = var.retries
  # AWS's own default, which it answers when nothing is said.
  maximum_event_age_in_seconds = 21600
}
