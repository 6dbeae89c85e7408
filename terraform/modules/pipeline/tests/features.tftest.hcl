mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name          = "lake"
  dataset       = "visits"
  buckets       = { data = "lake-data", raw = "lake-raw" }
  database_name = "lake"
  contract = jsonencode({
    description    = "Visits"
    x-partitioning = { by = "attributes", keys = ["kind"] }
    x-event-time   = "at"
    properties = {
      at   = { "x-glue-type" = "timestamp" }
      kind = { "x-glue-type" = "string", enum = ["web", "app"], "x-projection" = { type = "enum" } }
    }
  })
  transform = { package_path = "versions.tf" }
}

run "by_attributes_with_transform" {
  command = plan

  assert {
    condition     = output.stream_name == "lake-visits" && output.function_name == "lake-visits-transform" && output.delivery_stream_name == "lake-visits"
    error_message = "names are ${output.stream_name}, ${output.function_name}, ${output.delivery_stream_name}"
  }

  assert {
    condition     = output.data_location == "s3://lake-data/data/visits/" && output.error_location == "s3://lake-data/errors/visits/" && output.raw_location == "s3://lake-raw/visits/"
    error_message = "places are ${output.data_location}, ${output.error_location}, ${output.raw_location}"
  }

  assert {
    condition     = output.delivery_prefix == "data/visits/kind=!{partitionKeyFromLambda:kind}/"
    error_message = "the prefix is ${output.delivery_prefix}"
  }

  assert {
    condition     = toset(keys(output.named_queries)) == toset(["visits_counts_by_hour", "visits_freshness", "visits_outlier_minutes", "visits_recent"])
    error_message = "saved queries are ${join(", ", keys(output.named_queries))}"
  }

  assert {
    condition     = strcontains(output.named_queries["visits_counts_by_hour"].query, "date_trunc('hour', at) AS hour,\n       kind,\n       count(*)") && !strcontains(output.named_queries["visits_recent"].query, "WHERE")
    error_message = "queries follow the contract: ${output.named_queries["visits_counts_by_hour"].query}"
  }

  assert {
    condition     = output.named_queries["visits_recent"].description == "The newest 100 records of the dataset visits."
    error_message = "a query's first line is its description, not ${output.named_queries["visits_recent"].description}"
  }
}

run "by_attributes_without_transform" {
  command = plan

  variables {
    transform = null
    delivery  = { partition_queries = { kind = ".kind" } }
  }

  assert {
    condition     = output.delivery_prefix == "data/visits/kind=!{partitionKeyFromQuery:kind}/" && output.function_name == null
    error_message = "without a transform keys come from queries: ${output.delivery_prefix}"
  }
}

run "by_arrival_as_json" {
  command = plan

  variables {
    contract = jsonencode({
      x-partitioning = { by = "arrival", keys = ["year", "month", "day", "hour"] }
      x-event-time   = "at"
      properties     = { at = { "x-glue-type" = "timestamp" } }
    })
    transform = null
    backup    = null
    delivery  = { format = "json", size_mb = 5 }
  }

  assert {
    condition     = output.delivery_prefix == "data/visits/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
    error_message = "the prefix is ${output.delivery_prefix}"
  }

  assert {
    condition     = strcontains(output.named_queries["visits_recent"].query, "WHERE year || '-' || month || '-' || day >= CAST(date_add('day', -1, current_date) AS varchar)") && !strcontains(output.named_queries["visits_counts_by_hour"].query, "GROUP BY 1, 2")
    error_message = "queries are bounded by the partition's date: ${output.named_queries["visits_recent"].query}"
  }
}

run "no_event_time_no_queries" {
  command = plan

  variables {
    contract = jsonencode({
      x-partitioning = { by = "arrival", keys = ["dt"] }
      properties     = { line = { "x-glue-type" = "string" } }
    })
  }

  assert {
    condition     = length(output.named_queries) == 0 && output.delivery_prefix == "data/visits/dt=!{timestamp:yyyy-MM-dd}/"
    error_message = "queries about time need an event time"
  }
}

run "views_and_statements_of_the_contract" {
  command = plan

  variables {
    contract = jsonencode({
      description    = "Visits"
      x-unique-key   = ["id"]
      x-partitioning = { by = "arrival", keys = ["dt"] }
      x-event-time   = "at"
      properties     = { id = { "x-glue-type" = "string" }, at = { "x-glue-type" = "timestamp" }, kind = { "x-glue-type" = "string" }, rest = { "x-glue-type" = "string", "x-derive" = { function = "rest" } } }
      x-variants     = { field = "kind", types = { "web:first" = { properties = { pages = { type = "integer" } } } } }
    })
    table = { partition_discovery = "crawler", crawler_schedule = "cron(0 3 * * ? *)" }
  }

  assert {
    condition     = output.view_names == tolist(["visits_deduplicated", "visits_errors", "visits_web_first"])
    error_message = "views are ${join(", ", output.view_names)}"
  }

  assert {
    condition     = output.crawler_name == "lake-visits"
    error_message = "the crawler is called after the pipeline"
  }

  assert {
    condition     = output.prepared_statements["visits_by_key"].statement == "-- The record of visits with a given key; parameters: id.\nSELECT *\nFROM \"lake\".\"visits_deduplicated\"\nWHERE \"id\" = ?\n" && strcontains(output.prepared_statements["visits_by_day"].statement, "WHERE dt = ?")
    error_message = "statements are ${jsonencode(output.prepared_statements)}"
  }
}

run "views_when_they_are_wanted" {
  command = plan

  variables {
    views = { deduplicated = false, kinds = false, errors = false }
  }

  assert {
    condition     = length(output.view_names) == 0 && output.crawler_name == null
    error_message = "views are ${join(", ", output.view_names)}"
  }
}
