locals {
  # Each target and environment has a state of its own, in the workspace <target>-<environment>. In any other workspace
  # no account is allowed, so that even a bare `terraform destroy` never takes one lake's state to another's account.
  workspace           = "${var.target}-${var.environment}"
  allowed_account_ids = terraform.workspace == local.workspace ? [var.account_id] : ["none, because the workspace is ${terraform.workspace} and not ${local.workspace}"]

  # The key pair of the local targets; on AWS it is looked up in the usual places.
  local_credential = var.endpoint == null ? null : "test"
}

provider "aws" {
  region              = var.region
  access_key          = local.local_credential
  secret_key          = local.local_credential
  allowed_account_ids = local.allowed_account_ids
  s3_use_path_style   = var.endpoint != null

  # null is AWS's own address.
  endpoints {
    athena         = var.endpoint
    budgets        = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    ec2            = var.endpoint
    events         = var.endpoint
    firehose       = var.endpoint
    glue           = var.endpoint
    iam            = var.endpoint
    kinesis        = var.endpoint
    kms            = var.endpoint
    lambda         = var.endpoint
    s3             = var.endpoint
    scheduler      = var.endpoint
    sns            = var.endpoint
    sts            = var.endpoint
  }

  default_tags {
    tags = merge({ Project = var.name, Environment = var.environment, ManagedBy = "terraform" }, var.tags)
  }
}
