data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  athena_arn    = "arn:${local.partition}:athena:${local.region}:${local.account_id}"
  workgroup_arn = "${local.athena_arn}:workgroup/${var.workgroup_name}"
  glue_arn      = "arn:${local.partition}:glue:${local.region}:${local.account_id}"
  table_arns    = [for table in(var.database.tables == null ? ["*"] : sort(var.database.tables)) : "${local.glue_arn}:table/${var.database.name}/${table}"]
  database_arns = ["${local.glue_arn}:catalog", "${local.glue_arn}:database/${var.database.name}"]

  # What is only read: the data and, if wanted, the raw backup.
  reads = concat([merge(var.data, { sid = "Data" })], var.raw == null ? [] : [merge(var.raw, { sid = "Raw" })])
}

resource "aws_iam_policy" "this" {
  count = var.policy == null ? 0 : 1

  name        = var.policy.name
  path        = var.policy.path
  description = var.policy.description
  policy      = data.aws_iam_policy_document.this.json

  tags = var.tags

  lifecycle {
    # AWS rule: a managed policy has 6,144 characters, spaces not counted.
    precondition {
      condition     = length(jsonencode(jsondecode(data.aws_iam_policy_document.this.json))) <= 6144
      error_message = "the policy ${var.policy.name} has ${length(jsonencode(jsondecode(data.aws_iam_policy_document.this.json)))} characters; IAM takes 6144: give fewer prefixes or tables, with the rest in a policy of their own"
    }
  }
}
