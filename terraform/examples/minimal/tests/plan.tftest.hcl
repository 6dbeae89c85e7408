mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  packages_dir = "tests/packages"
}

run "plans" {
  command = plan

  assert {
    condition     = output.stream_name == "minimal-lake-events" && output.workgroup == "minimal-lake"
    error_message = "stream ${output.stream_name}, workgroup ${output.workgroup}"
  }
}
