mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name    = "lake-events-transform"
  package = { path = "versions.tf" }
}

run "by_default" {
  command = plan

  assert {
    condition     = output.function_name == "lake-events-transform" && output.log_group_name == "/aws/lambda/lake-events-transform"
    error_message = "function and log group are ${output.function_name} and ${output.log_group_name}"
  }

  assert {
    condition     = output.timeout_seconds == 120
    error_message = "a run may take ${output.timeout_seconds} s"
  }
}

run "is_called_by_the_newest_code" {
  command = apply

  assert {
    condition     = output.qualified_arn == "${output.function_arn}:$LATEST"
    error_message = "a delivery stream calls ${output.qualified_arn}"
  }
}
