# What the deployer may do follows the lake it deploys. The data sources that only render JSON are the provider's own;
# the account is made up.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  name     = "streamlake-dev"
  key_tags = { Project = "streamlake", Environment = "dev" }
}

run "is_narrowed_to_the_lake" {
  command = plan

  variables {
    create = true
  }

  assert {
    condition     = sort(keys(aws_iam_policy.this)) == tolist(["identity", "operations", "storage", "streaming"])
    error_message = "one policy for each part"
  }

  assert {
    condition     = alltrue([for part, document in output.documents : length(replace(document, "/\\s/", "")) <= 6144])
    error_message = "a policy is longer than IAM takes"
  }

  assert {
    condition = alltrue([
      for statement in flatten([for document in values(output.documents) : jsondecode(document).Statement]) : alltrue([
        for resource in flatten([statement.Resource]) : strcontains(resource, "streamlake") || contains(["MakeCrawlers", "Subscriptions", "StreamLimits", "FindLogGroups", "MakeKey", "FindKeys", "FunctionsInVpc", "Tables", "KeepKey", "UseKeyThroughServices"], statement.Sid)
      ])
    ])
    error_message = "a statement reaches beyond the lake"
  }

  assert {
    condition     = toset(one([for statement in jsondecode(output.documents.identity).Statement : statement.Resource if statement.Sid == "Policies"])) == toset(["arn:aws:iam::123456789012:policy/streamlake-dev-consumer*", "arn:aws:iam::123456789012:policy/streamlake-dev-producer*"])
    error_message = "a deployer that can change its own policies can do everything"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.documents.identity).Statement : statement.Condition.StringEquals["aws:ResourceTag/Environment"] == "dev" if contains(["KeepKey", "UseKeyThroughServices"], statement.Sid)])
    error_message = "keys are told apart by their tags"
  }
}

run "begins_iceberg_tables" {
  command = plan

  variables {
    iceberg_tables = true
  }

  assert {
    condition     = one([for statement in jsondecode(output.documents.storage).Statement : statement.Resource if statement.Sid == "BeginIcebergTables"]) == "arn:aws:s3:::streamlake-dev-data-*/data/*/metadata/*"
    error_message = "metadata alone is written, under data/ of the lake's bucket"
  }

  assert {
    condition     = alltrue([for part, document in output.documents : length(replace(document, "/\\s/", "")) <= 6144])
    error_message = "a policy is longer than IAM takes"
  }
}

run "obeys_a_boundary_and_keeps_state" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    state                    = { bucket = "states", prefix = "streamlake/", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/state" }
  }

  assert {
    condition     = length(aws_iam_policy.this) == 0
    error_message = "policies are made only when asked for"
  }

  assert {
    condition     = !strcontains(output.documents.storage, "BeginIcebergTables")
    error_message = "without Iceberg tables no object of data is written"
  }

  assert {
    condition     = one([for statement in jsondecode(output.documents.identity).Statement : statement.Condition.StringEquals["iam:PermissionsBoundary"] if statement.Sid == "MakeRoles"]) == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "a role without the boundary must not be made"
  }

  assert {
    condition     = !strcontains(output.documents.identity, "iam:UpdateAssumeRolePolicy")
    error_message = "who trusts a role is said when it is made, with the boundary: IAM has no condition that would keep a later change to bounded roles"
  }

  assert {
    condition     = !strcontains(output.documents.identity, "RolePermissionsBoundary")
    error_message = "the boundary of a role must not be changed or taken away"
  }

  assert {
    condition     = one([for statement in jsondecode(output.documents.storage).Statement : statement.Resource if statement.Sid == "KeepState"]) == "arn:aws:s3:::states/streamlake/*"
    error_message = "state under its prefix only"
  }
}
