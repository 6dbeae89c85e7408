mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  packages_dir = "tests/packages"
  alarm_emails = ["data@example.org"]
  copies       = { bucket = "my-copies", kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/copies" }

  partner_role_arns = ["arn:aws:iam::444455556666:role/partner"]
}

run "plans" {
  command = plan

  assert {
    condition     = output.stream_names == { customers = "complete-lake-customers", events = "complete-lake-events" } && output.workgroup == "complete-lake"
    error_message = "streams ${jsonencode(output.stream_names)}, workgroup ${output.workgroup}"
  }
}
