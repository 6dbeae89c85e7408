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

run "the_role_is_called_after_the_region" {
  command = plan

  assert {
    condition     = aws_iam_role.this[0].name == "lake-report-eu-west-1"
    error_message = "roles are the account's: the same name in two Regions would be one role"
  }
}

run "a_long_name_of_a_role_is_cut" {
  command = plan

  variables {
    name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }

  assert {
    condition     = length(aws_iam_role.this[0].name) == 64 && endswith(aws_iam_role.this[0].name, "-eu-west-1")
    error_message = "the role is called ${aws_iam_role.this[0].name}"
  }
}

run "names_of_older_versions" {
  command = plan

  variables {
    global_suffix = ""
  }

  assert {
    condition     = aws_iam_role.this[0].name == "lake-report"
    error_message = "without a suffix the role is called as before"
  }
}

run "a_role_that_is_there_already" {
  command = plan

  variables {
    existing_role = { arn = "arn:aws:iam::111122223333:role/team/shared" }
  }

  assert {
    condition     = length(aws_iam_role.this) == 0 && length(aws_iam_role_policy.this) == 0 && aws_lambda_function.this.role == "arn:aws:iam::111122223333:role/team/shared" && output.role_arn == "arn:aws:iam::111122223333:role/team/shared"
    error_message = "the given role is used and none is made"
  }
}
