mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "lake-report"
  description = "Writes a report"
  package     = { s3 = { bucket = "artifacts", key = "report.zip", version = "7" } }
  handler     = "report.handler.handler"
  policy      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "package_in_s3" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.s3_bucket == "artifacts" && aws_lambda_function.this.s3_key == "report.zip" && aws_lambda_function.this.s3_object_version == "7" && aws_lambda_function.this.filename == null
    error_message = "the package comes from S3"
  }

  assert {
    condition     = aws_lambda_function.this.handler == "report.handler.handler" && aws_lambda_function.this.timeout == 60 && aws_lambda_function.this.runtime == "python3.13" && aws_lambda_function.this.architectures[0] == "arm64"
    error_message = "handler, time and runtime"
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this[0].maximum_retry_attempts == 0
    error_message = "a failed run is not repeated"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "WriteLogs" && data.aws_iam_policy_document.this.source_policy_documents == tolist([var.policy])
    error_message = "the given policy, and the function's own log"
  }

  assert {
    condition     = length(aws_lambda_function.this.environment) == 0 && length(aws_lambda_function.this.vpc_config) == 0 && aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "no environment, VPC or traces unless asked for"
  }
}

run "called_synchronously_with_a_log_alone" {
  command = plan

  variables {
    policy  = null
    retries = null
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.statement) == 1 && data.aws_iam_policy_document.this.statement[0].resources == toset(["arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/lake-report:log-stream:*"]) && length(data.aws_iam_policy_document.this.source_policy_documents) == 0
    error_message = "the function may write its own log and nothing else"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/lake-report" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "the log group is the function's own, with retention"
  }

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "nothing is said about asynchronous runs"
  }
}

run "everything" {
  command = plan

  variables {
    package                  = { path = "versions.tf" }
    environment              = { STREAMS = "{}" }
    kms_key_arn              = "arn:aws:kms:eu-west-1:111122223333:key/1"
    logs                     = { retention_days = 7, kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    vpc_config               = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    tracing                  = true
    reserved_concurrency     = 1
    retries                  = 2
    role_path                = "/lake/"
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "WriteLogs ReadEnvironment SendTraces AttachToVpc KeepVpcFromCode"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = data.aws_iam_policy_document.this.statement[4].effect == "Deny" && data.aws_iam_policy_document.this.statement[4].actions == data.aws_iam_policy_document.this.statement[3].actions && one(data.aws_iam_policy_document.this.statement[4].condition).variable == "lambda:SourceFunctionArn" && one(data.aws_iam_policy_document.this.statement[4].condition).values == tolist(["arn:aws:lambda:eu-west-1:111122223333:function:lake-report"])
    error_message = "the function's own code must not use what Lambda needs to attach it to the VPC"
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("versions.tf") && aws_lambda_function.this.kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/1" && aws_lambda_function.this.reserved_concurrent_executions == 1
    error_message = "the function follows the file; key and reservation are passed on"
  }

  assert {
    condition     = aws_iam_role.this[0].path == "/lake/" && aws_iam_role.this[0].permissions_boundary == "arn:aws:iam::111122223333:policy/boundary" && one(aws_lambda_function.this.vpc_config).subnet_ids == toset(["subnet-1"])
    error_message = "role path, boundary and VPC are passed on"
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this[0].maximum_retry_attempts == 2 && aws_cloudwatch_log_group.this.retention_in_days == 7
    error_message = "retries and retention are passed on"
  }
}

run "rejects_a_missing_package" {
  command = plan

  variables {
    package = { path = "build/nothing.zip" }
  }

  expect_failures = [aws_lambda_function.this]
}
