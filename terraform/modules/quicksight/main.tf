data "aws_region" "current" {}

locals {
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  quicksight_types = [
    { pattern = "^(string|varchar.*|char.*)$", type = "STRING" },
    { pattern = "^(tinyint|smallint|int|integer|bigint)$", type = "INTEGER" },
    { pattern = "^(float|double|decimal.*)$", type = "DECIMAL" },
    { pattern = "^(timestamp|date)$", type = "DATETIME" },
    { pattern = "^boolean$", type = "BOOLEAN" },
  ]

  # Columns of nested types have no type in QuickSight and are left out.
  columns = {
    for name, dataset in var.datasets : name => flatten([
      for column in dataset.columns : [
        for known in local.quicksight_types : { name = column.name, type = known.type } if can(regex(known.pattern, lower(column.type)))
      ]
    ])
  }

  actions = {
    data_source = {
      owner = ["quicksight:DeleteDataSource", "quicksight:DescribeDataSource", "quicksight:DescribeDataSourcePermissions", "quicksight:PassDataSource", "quicksight:UpdateDataSource", "quicksight:UpdateDataSourcePermissions"]
    }
    data_set = {
      owner = ["quicksight:CancelIngestion", "quicksight:CreateIngestion", "quicksight:DeleteDataSet", "quicksight:DescribeDataSet", "quicksight:DescribeDataSetPermissions", "quicksight:DescribeIngestion", "quicksight:ListIngestions", "quicksight:PassDataSet", "quicksight:UpdateDataSet", "quicksight:UpdateDataSetPermissions"]
    }
    dashboard = {
      owner  = ["quicksight:DeleteDashboard", "quicksight:DescribeDashboard", "quicksight:DescribeDashboardPermissions", "quicksight:ListDashboardVersions", "quicksight:QueryDashboard", "quicksight:UpdateDashboard", "quicksight:UpdateDashboardPermissions", "quicksight:UpdateDashboardPublishedVersion"]
      viewer = ["quicksight:DescribeDashboard", "quicksight:ListDashboardVersions", "quicksight:QueryDashboard"]
    }
  }
}

resource "aws_quicksight_data_source" "this" {
  data_source_id = var.name
  name           = var.name
  type           = "ATHENA"

  parameters {
    athena {
      work_group = var.workgroup_name
    }
  }

  dynamic "permission" {
    for_each = var.owners

    content {
      principal = permission.value
      actions   = local.actions.data_source.owner
    }
  }

  tags = var.tags

  # QuickSight tries the connection when it is made.
  depends_on = [aws_iam_role_policy.service]
}

resource "aws_quicksight_data_set" "this" {
  for_each = var.datasets

  data_set_id = "${var.name}-${each.key}"
  name        = "${var.name} ${each.key}"
  import_mode = var.import_mode

  physical_table_map {
    physical_table_map_id = "rows"

    relational_table {
      data_source_arn = aws_quicksight_data_source.this.arn
      catalog         = "AwsDataCatalog"
      schema          = each.value.database_name
      name            = each.value.view_name

      dynamic "input_columns" {
        for_each = local.columns[each.key]

        content {
          name = input_columns.value.name
          type = input_columns.value.type
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = var.owners

    content {
      principal = permissions.value
      actions   = local.actions.data_set.owner
    }
  }

  tags = var.tags
}

resource "aws_iam_role_policy" "service" {
  count = var.service_role == null ? 0 : 1

  # The role is the account's: the same lake in another Region has a policy of its own on it.
  name   = "${var.name}-quicksight${var.global_suffix == null ? "-${local.region}" : var.global_suffix}"
  role   = var.service_role.name
  policy = var.service_role.policy_json
}
