mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "lake-events"
  destination = { bucket = "lake-data", prefix = "data/events/", error_prefix = "errors/events/!{firehose:error-output-type}/" }
  format      = { type = "json" }
}

run "a_stream_of_another_account" {
  command = plan

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:444455556666:stream/orders" }
  }

  assert {
    condition     = one(aws_kinesis_firehose_delivery_stream.this.kinesis_source_configuration).kinesis_stream_arn == "arn:aws:kinesis:eu-west-1:444455556666:stream/orders"
    error_message = "a stream of the same Region is read, whoever has it"
  }
}

run "rejects_a_stream_of_another_region" {
  command = plan

  variables {
    source_stream = { arn = "arn:aws:kinesis:us-east-1:111122223333:stream/orders" }
  }

  expect_failures = [aws_kinesis_firehose_delivery_stream.this]
}
