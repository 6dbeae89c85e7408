mock_provider "aws" {
  source = "../../tests/mocks"
}

run "plans" {
  command = plan

  assert {
    condition     = output.table == "iceberg_lake.customers" && output.stream_name == "iceberg-lake-customers"
    error_message = "the table is ${output.table}"
  }

  assert {
    condition     = contains(output.views, "customers_deduplicated")
    error_message = "views are ${join(", ", output.views)}"
  }
}
