# Saved queries of the dataset, rendered from queries/*.sql.tftpl with what the contract says of its fields. The first
# line of a template, a comment, is the query's description.
locals {
  query_values = {
    database       = var.database_name
    table          = var.dataset
    event_time     = coalesce(module.contract.event_time_expression, "NULL")
    kind           = module.contract.kind_column
    partition_date = module.contract.partition_date_expression
  }

  query_names = [
    for file in fileset("${path.module}/queries", "*.sql.tftpl") : trimsuffix(file, ".sql.tftpl")
    if module.contract.event_time_expression != null
  ]

  query_texts = { for name in local.query_names : name => templatefile("${path.module}/queries/${name}.sql.tftpl", local.query_values) }
}
