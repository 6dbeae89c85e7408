data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  # "arn:<partition>:<service>:<region>:<account>" of each service whose resources have such ARNs.
  arn = {
    for service in ["athena", "cloudwatch", "firehose", "glue", "kinesis", "kms", "lambda", "logs", "quicksight", "scheduler", "sns", "sqs"] :
    service => "arn:${local.partition}:${service}:${local.region}:${local.account_id}"
  }

  database = replace(var.name, "-", "_")
  roles    = "arn:${local.partition}:iam::${local.account_id}:role${var.role_path}${var.name}-*"
  # Not every name of the lake's: whoever can change the deployer's own policies is no longer bound by them.
  policies = [for reader in ["consumer", "producer"] : "arn:${local.partition}:iam::${local.account_id}:policy${var.role_path}${var.name}-${reader}*"]

  documents = {
    storage    = data.aws_iam_policy_document.storage.json
    streaming  = data.aws_iam_policy_document.streaming.json
    identity   = data.aws_iam_policy_document.identity.json
    operations = data.aws_iam_policy_document.operations.json
  }
}

resource "aws_iam_policy" "this" {
  for_each = var.create ? local.documents : {}

  # Policies are the account's; these speak of one Region.
  name        = "${var.name}-deployer-${each.key}${var.global_suffix == null ? "-${local.region}" : var.global_suffix}"
  description = "Deploys the lake ${var.name}: ${each.key}"
  policy      = each.value

  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(replace(each.value, "/\\s/", "")) <= 6144
      error_message = "the ${each.key} policy has ${length(replace(each.value, "/\\s/", ""))} characters; IAM takes 6144: shorten name or role_path"
    }
  }
}
