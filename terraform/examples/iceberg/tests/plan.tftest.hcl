mock_provider "aws" {
  source = "../../tests/mocks"
}

run "plans" {
  command = plan

  assert {
    condition     = output.table == "iceberg_lake.customers"
    error_message = "the table is ${output.table}"
  }

  assert {
    condition     = aws_glue_catalog_table.customers.open_table_format_input[0].iceberg_input[0].version == "2"
    error_message = "Firehose writes format version 2 only"
  }
}
