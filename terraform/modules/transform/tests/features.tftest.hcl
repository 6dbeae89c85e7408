mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name    = "lake-events-transform"
  package = { s3 = { bucket = "artifacts", key = "events.zip", version = "7" } }
}

run "package_in_s3" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.s3_bucket == "artifacts" && aws_lambda_function.this.s3_key == "events.zip" && aws_lambda_function.this.s3_object_version == "7" && aws_lambda_function.this.filename == null
    error_message = "the package comes from S3"
  }

  assert {
    condition     = aws_lambda_function.this.handler == "lambda_transform.handler.handler" && aws_lambda_function.this.runtime == "python3.13" && aws_lambda_function.this.architectures[0] == "arm64"
    error_message = "handler, runtime and architecture have their defaults"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/lake-events-transform" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "the log group is the function's own, with retention"
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.statement) == 1 && data.aws_iam_policy_document.this.statement[0].resources == toset(["arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/lake-events-transform:log-stream:*"])
    error_message = "the function may write its own log and nothing else"
  }

  assert {
    condition     = length(aws_lambda_function.this.environment) == 0 && length(aws_lambda_function.this.vpc_config) == 0 && aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "no environment, VPC or traces unless asked for"
  }
}

run "package_file" {
  command = plan

  variables {
    package = { path = "versions.tf" }
  }

  assert {
    condition     = aws_lambda_function.this.filename == "versions.tf" && aws_lambda_function.this.source_code_hash == filebase64sha256("versions.tf")
    error_message = "the function follows the file's content"
  }
}

run "everything" {
  command = plan

  variables {
    environment              = { LOG_LEVEL = "DEBUG" }
    kms_key_arn              = "arn:aws:kms:eu-west-1:111122223333:key/1"
    logs                     = { retention_days = 7, kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    vpc_config               = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    tracing                  = true
    reserved_concurrency     = 10
    role_path                = "/lake/"
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "WriteLogs ReadEnvironment SendTraces AttachToVpc"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/1" && aws_lambda_function.this.reserved_concurrent_executions == 10 && aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "key, reservation and tracing are passed on"
  }

  assert {
    condition     = aws_iam_role.this.path == "/lake/" && aws_iam_role.this.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "role path and boundary are passed on"
  }
}

run "missing_package_names_the_command" {
  command = plan

  variables {
    package = { path = "nowhere/events.zip" }
  }

  expect_failures = [aws_lambda_function.this]
}
