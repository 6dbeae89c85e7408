# Saved queries of the dataset, rendered from queries/*.sql.tftpl with what the contract says of its fields. The first
# line of a template, a comment, is the query's description.
locals {
  # The day of arrival is no column of an Iceberg table.
  partition_date = local.iceberg && !local.by_attributes ? null : module.contract.partition_date_expression

  query_values = {
    database       = var.database_name
    table          = var.dataset
    event_time     = coalesce(module.contract.event_time_expression, "NULL")
    kind           = module.contract.kind_column
    partition_date = local.partition_date
  }

  query_names = [
    for file in fileset("${path.module}/queries", "*.sql.tftpl") : trimsuffix(file, ".sql.tftpl")
    if module.contract.event_time_expression != null
  ]

  query_texts = { for name in local.query_names : name => templatefile("${path.module}/queries/${name}.sql.tftpl", local.query_values) }
}

# Prepared statements of the dataset, likewise from prepared/*.sql.tftpl, over rows without copies where there is that view.
locals {
  statement_values = merge(local.query_values, {
    dataset    = var.dataset
    rows       = var.views.deduplicated && length(module.contract.unique_key) > 0 ? "${var.dataset}_deduplicated" : var.dataset
    unique_key = module.contract.unique_key
  })

  statement_names = concat(
    length(module.contract.unique_key) > 0 ? ["by_key"] : [],
    module.contract.event_time_expression != null && local.partition_date != null ? ["by_day"] : [],
  )

  statement_texts = { for name in local.statement_names : name => templatefile("${path.module}/prepared/${name}.sql.tftpl", local.statement_values) }
}
