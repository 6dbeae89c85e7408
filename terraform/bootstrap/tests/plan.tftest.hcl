# What is there before the first lake. The resources are planned without an account.
mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

variables {
  account_id  = "123456789012"
  region      = "eu-central-1"
  bucket_name = "streamlake-state-123456789012-eu-central-1"
}

run "keeps_states_safe" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "a spoilt state must be there in its version before"
  }

  assert {
    condition     = alltrue([aws_s3_bucket_public_access_block.this.block_public_policy, aws_s3_bucket_public_access_block.this.restrict_public_buckets])
    error_message = "a state holds names and addresses: it is nobody else's business"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "states are encrypted with a key of their own"
  }

  assert {
    condition     = length(module.deployer_policy) == 0
    error_message = "policies are made when asked for"
  }
}

run "makes_the_policies_of_deployers" {
  command = plan

  variables {
    deployers = { dev = {}, prod = { role_path = "/lake/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary", iceberg_tables = true } }
  }

  assert {
    condition     = toset(keys(module.deployer_policy)) == toset(["dev", "prod"])
    error_message = "one set of policies for each environment"
  }
}

run "rejects_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "me"
  }

  expect_failures = [var.account_id]
}

run "rejects_an_environment_with_a_suffix" {
  command = plan

  variables {
    deployers = { "dev.tfvars" = {} }
  }

  expect_failures = [var.deployers]
}

run "rejects_a_bucket_with_capitals" {
  command = plan

  variables {
    bucket_name = "State"
  }

  expect_failures = [var.bucket_name]
}

run "rejects_versions_that_are_gone_at_once" {
  command = plan

  variables {
    noncurrent_days = 0
  }

  expect_failures = [var.noncurrent_days]
}

run "rejects_a_region_that_is_none" {
  command = plan

  variables {
    region = "here"
  }

  expect_failures = [var.region]
}

run "rejects_a_name_with_spaces" {
  command = plan

  variables {
    name = "my lake"
  }

  expect_failures = [var.name]
}
