mock_provider "aws" {
  alias  = "source"
  source = "../../tests/mocks"
}

mock_provider "aws" {
  alias  = "lake"
  source = "../../tests/mocks"
}

variables {
  source_account = { id = "111122223333", deployer_role_arn = "arn:aws:iam::111122223333:role/deployer" }
  lake_account   = { id = "444455556666", deployer_role_arn = "arn:aws:iam::444455556666:role/deployer" }
}

run "plans" {
  command = plan

  assert {
    condition     = output.delivery_streams == { source = "shared-lake-orders", lake = "shared-lake-customers" }
    error_message = "a delivery stream in each account"
  }
}
