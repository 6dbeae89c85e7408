mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name    = "lake-publisher"
  package = { path = "versions.tf" }
  streams = {
    events    = { name = "lake-events", arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    customers = { name = "lake-customers", arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-customers" }
  }
}

run "publishes" {
  command = apply

  assert {
    condition     = output.function_name == "lake-publisher" && output.log_group_name == "/aws/lambda/lake-publisher"
    error_message = "the function and its log are called after it"
  }
}

run "a_default_dataset_has_to_be_one_of_the_streams" {
  command = plan

  variables {
    default_dataset = "clicks"
  }

  expect_failures = [var.default_dataset]
}
