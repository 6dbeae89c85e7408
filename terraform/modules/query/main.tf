data "aws_caller_identity" "current" {}

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
      output_location       = "s3://${var.results.bucket}/${var.results.prefix}"
      expected_bucket_owner = coalesce(var.results.owner_account_id, data.aws_caller_identity.current.account_id)

      encryption_configuration {
        encryption_option = var.results.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.results.kms_key_arn
      }
    }
  }

  tags = var.tags
}

# Files beside the variables: the name of a file is the name, its first line, a comment, the description.
locals {
  folders = { named = try(var.query_files.folder, null), prepared = try(var.prepared_statement_files, null) }
  files = {
    for kind, folder in local.folders : kind => {
      for file in folder == null ? [] : fileset(folder, "*.sql") : trimsuffix(file, ".sql") => file("${folder}/${file}")
    }
  }
  descriptions = {
    for kind, texts in local.files : kind => {
      for name, text in texts : name => startswith(text, "-- ") ? substr(trimprefix(split("\n", text)[0], "-- "), 0, 1024) : ""
    }
  }

  named_queries = merge(
    { for name, text in local.files.named : name => { database = var.query_files.database, description = local.descriptions.named[name], query = text } },
    var.named_queries,
  )
  prepared_statements = merge(
    { for name, text in local.files.prepared : name => { description = local.descriptions.prepared[name], statement = text } },
    var.prepared_statements,
  )
}

resource "aws_athena_named_query" "this" {
  for_each = local.named_queries

  name        = each.key
  workgroup   = aws_athena_workgroup.this.name
  database    = each.value.database
  description = each.value.description
  query       = each.value.query
}

resource "aws_athena_prepared_statement" "this" {
  for_each = local.prepared_statements

  name            = each.key
  workgroup       = aws_athena_workgroup.this.name
  description     = each.value.description
  query_statement = each.value.statement

  lifecycle {
    precondition {
      condition     = can(regex("^[a-zA-Z_][a-zA-Z0-9_@:]{0,255}$", each.key))
      error_message = "a prepared statement is called \"${each.key}\"; allowed: up to 256 letters, digits, _, @ and :, not starting with a digit"
    }

    precondition {
      condition     = can(regex("(?is)^(\\s|--[^\n]*\n)*(select|with|insert|create|unload)\\b", each.value.statement)) && length(each.value.statement) <= 262144
      error_message = "the prepared statement ${each.key} must be a SELECT, INSERT INTO, CREATE TABLE AS or UNLOAD of at most 262144 characters; it begins with \"${substr(trimspace(each.value.statement), 0, 40)}\""
    }
  }
}
