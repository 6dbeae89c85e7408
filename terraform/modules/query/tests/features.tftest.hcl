mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name    = "lake"
  results = { bucket = "results" }
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration && aws_athena_workgroup.this.configuration[0].publish_cloudwatch_metrics_enabled && !aws_athena_workgroup.this.force_destroy
    error_message = "the workgroup's settings are enforced and measured, and saved queries are safe"
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == 107374182400 && aws_athena_workgroup.this.configuration[0].engine_version[0].selected_engine_version == "Athena engine version 3"
    error_message = "a query stops after 100 GiB, on engine version 3"
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].result_configuration[0].output_location == "s3://results/queries/" && aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_S3"
    error_message = "results are encrypted under queries/"
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].result_configuration[0].expected_bucket_owner == "111122223333"
    error_message = "a bucket of that name which is somebody else's gets no results"
  }
}

run "everything" {
  command = plan

  variables {
    results          = { bucket = "results", prefix = "athena/", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1", owner_account_id = "444455556666" }
    scan_limit_bytes = null
    force_destroy    = true
    named_queries    = { newest = { database = "lake", description = "Newest", query = "SELECT 1" } }
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_KMS" && aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/1"
    error_message = "results are encrypted with the key"
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == null && aws_athena_workgroup.this.force_destroy
    error_message = "no limit, and saved queries go with the workgroup"
  }

  assert {
    condition     = aws_athena_named_query.this["newest"].database == "lake" && aws_athena_named_query.this["newest"].workgroup == "lake" && aws_athena_named_query.this["newest"].query == "SELECT 1"
    error_message = "queries are saved in the workgroup"
  }
}

run "queries_from_files" {
  command = plan

  variables {
    query_files              = { folder = "tests/queries", database = "lake" }
    named_queries            = { other = { database = "lake", query = "SELECT 1" } }
    prepared_statement_files = "tests/prepared"
    prepared_statements      = { two = { description = "Two", statement = "SELECT ?" } }
  }

  assert {
    condition     = toset(keys(aws_athena_named_query.this)) == toset(["newest", "other"]) && aws_athena_named_query.this["newest"].database == "lake"
    error_message = "a query is called after its file: ${join(", ", keys(aws_athena_named_query.this))}"
  }

  assert {
    condition     = aws_athena_named_query.this["newest"].description == "The newest hundred events." && strcontains(aws_athena_named_query.this["newest"].query, "ORDER BY created_at DESC")
    error_message = "the first line is the description: ${aws_athena_named_query.this["newest"].description}"
  }

  assert {
    condition     = toset(keys(aws_athena_prepared_statement.this)) == toset(["one_event", "two"]) && aws_athena_prepared_statement.this["one_event"].description == "One event; parameter: its id." && aws_athena_prepared_statement.this["two"].query_statement == "SELECT ?"
    error_message = "prepared statements come from files and variables"
  }
}

run "rejects_a_prepared_statement_that_cannot_be_called" {
  command = plan

  variables {
    prepared_statements = { "one-event" = { statement = "SELECT ?" } }
  }

  expect_failures = [aws_athena_prepared_statement.this]
}

run "rejects_a_prepared_statement_that_cannot_be_prepared" {
  command = plan

  variables {
    prepared_statements = { gone = { statement = "DROP TABLE events" } }
  }

  expect_failures = [aws_athena_prepared_statement.this]
}
