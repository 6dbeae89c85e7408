# Values that are not known before other resources are made: `count` and `for_each` must not need them.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "every_module_beside_resources_that_are_yet_to_be_made" {
  command = plan

  module {
    source = "./tests/adopter"
  }
}
