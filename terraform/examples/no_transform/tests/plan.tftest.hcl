mock_provider "aws" {
  source = "../../tests/mocks"
}

run "plans" {
  command = plan

  assert {
    condition     = output.stream_names == ["plain-lake-customers", "plain-lake-clicks"] && module.clicks.function_name == null && module.clicks.delivery_prefix == "data/clicks/site=!{partitionKeyFromQuery:site}/"
    error_message = "streams ${join(", ", output.stream_names)}, prefix ${module.clicks.delivery_prefix}"
  }
}
