mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  packages_dir = "tests/packages"
  alarm_emails = ["data@example.org"]
}

run "plans" {
  command = plan

  assert {
    condition     = output.stream_names == { customers = "complete-lake-customers", events = "complete-lake-events" } && output.workgroup == "complete-lake"
    error_message = "streams ${jsonencode(output.stream_names)}, workgroup ${output.workgroup}"
  }
}
