mock_provider "aws" {
  source = "../../tests/mocks"
}

run "plans" {
  command = plan

  assert {
    condition     = output.crawler_name == "crawled-lake-readings" && output.database == "crawled_lake" && module.query.prepared_statement_names == tolist(["one_day"])
    error_message = "crawler ${output.crawler_name}, database ${output.database}, statements ${join(", ", module.query.prepared_statement_names)}"
  }
}
