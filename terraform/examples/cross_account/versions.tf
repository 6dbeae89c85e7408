terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

# The account where events happen: it has the stream.
provider "aws" {
  alias               = "source"
  region              = var.region
  allowed_account_ids = [var.source_account.id]

  assume_role {
    role_arn = var.source_account.deployer_role_arn
  }
}

# The account of the lake: it has the delivery, the buckets and the catalog.
provider "aws" {
  alias               = "lake"
  region              = var.region
  allowed_account_ids = [var.lake_account.id]

  assume_role {
    role_arn = var.lake_account.deployer_role_arn
  }
}
