mock_provider "aws" {
  source = "../../tests/mocks"
}

run "plans" {
  command = plan

  assert {
    condition     = output.delivery_stream_name == "direct-lake-customers"
    error_message = "the delivery stream is ${output.delivery_stream_name}"
  }
}
