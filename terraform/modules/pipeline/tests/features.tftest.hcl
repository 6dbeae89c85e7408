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

run "a_stream_that_is_there_already" {
  command = plan

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/2" }
    kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  assert {
    condition     = length(module.stream) == 0 && output.stream_name == "orders" && output.stream_arn == "arn:aws:kinesis:eu-west-1:111122223333:stream/orders" && length(output.consumer_arns) == 0
    error_message = "no stream is made: ${output.stream_name}"
  }

  assert {
    condition     = output.stream_kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/2" && output.monitored.stream_name == "orders"
    error_message = "its key is its own, and its metrics are here"
  }
}

run "a_stream_of_another_account" {
  command = plan

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:444455556666:stream/orders" }
  }

  assert {
    condition     = output.stream_name == "orders" && output.stream_kms_key_arn == null && output.monitored.stream_name == null
    error_message = "the metrics of another account's stream are there"
  }
}

run "a_stream_shared_with_other_accounts" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    stream = {
      consumers = ["audit"]
      sharing   = { reader_role_arns = ["arn:aws:iam::444455556666:role/reader"], consumer_role_arns = { audit = ["arn:aws:iam::444455556666:role/audit"] } }
    }
  }

  assert {
    condition     = join(" ", keys(output.consumer_arns)) == "audit"
    error_message = "consumers are ${jsonencode(output.consumer_arns)}"
  }
}

run "as_iceberg_by_attributes" {
  command = plan

  variables {
    delivery = { format = "iceberg", retry_seconds = 60 }
    backup   = null
  }

  assert {
    condition     = output.delivery_prefix == "data/visits/" && length(output.partition_keys) == 0 && !output.monitored.converts
    error_message = "an Iceberg table has no folders: ${output.delivery_prefix}"
  }

  assert {
    condition     = local.columns[*].name == ["at", "kind"]
    error_message = "keys that are attributes become columns: ${join(", ", local.columns[*].name)}"
  }
}

run "as_iceberg_by_arrival" {
  command = plan

  variables {
    contract = jsonencode({
      x-unique-key   = ["id"]
      x-partitioning = { by = "arrival", keys = ["dt"] }
      x-event-time   = "at"
      properties     = { id = { "x-glue-type" = "string" }, at = { "x-glue-type" = "timestamp" } }
    })
    transform = null
    delivery  = { format = "iceberg" }
    backup    = null
  }

  assert {
    condition     = local.columns[*].name == ["at", "id"] && !strcontains(output.named_queries["visits_recent"].query, "WHERE") && keys(output.prepared_statements) == ["visits_by_key"]
    error_message = "the day of arrival is no column of an Iceberg table: ${output.named_queries["visits_recent"].query}"
  }

  assert {
    condition     = contains(output.view_names, "visits_deduplicated")
    error_message = "rows delivered twice are hidden: ${join(", ", output.view_names)}"
  }
}
