mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  database = { name = "lake" }
  tables = {
    visits = {
      description = "Visits"
      location    = "s3://bucket/data/visits/"
      columns     = [{ name = "visit_id", type = "string", comment = "Identifies it." }, { name = "at", type = "timestamp" }]
      partition_keys = [
        { name = "kind", type = "string", projection = { type = "enum", values = "web,app" } },
        { name = "hour", type = "string", projection = { type = "integer", range = "0,23", digits = "2" } },
      ]
    }
    lines = {
      location   = "s3://bucket/data/lines/"
      format     = "json"
      columns    = [{ name = "line", type = "string" }]
      parameters = { compressionType = "gzip" }
    }
    found = {
      location       = "s3://bucket/data/found/"
      format         = "orc"
      columns        = [{ name = "line", type = "string" }]
      partition_keys = [{ name = "dt", type = "string" }]

      partition_discovery = "none"
    }
  }
}

run "tables" {
  command = plan

  assert {
    condition     = aws_glue_catalog_database.this[0].name == "lake" && toset(keys(aws_glue_catalog_table.this)) == toset(["found", "lines", "visits"])
    error_message = "one database, three tables"
  }

  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : table.table_type == "EXTERNAL_TABLE" && table.parameters["EXTERNAL"] == "TRUE"])
    error_message = "every table is external"
  }

  assert {
    condition     = aws_glue_catalog_table.this["visits"].storage_descriptor[0].ser_de_info[0].serialization_library == "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" && aws_glue_catalog_table.this["visits"].parameters["classification"] == "parquet"
    error_message = "Parquet is read as Parquet"
  }

  assert {
    condition     = join(",", aws_glue_catalog_table.this["visits"].storage_descriptor[0].columns[*].name) == "visit_id,at" && join(",", aws_glue_catalog_table.this["visits"].partition_keys[*].name) == "kind,hour"
    error_message = "columns and partition keys keep their order"
  }

  assert {
    condition = aws_glue_catalog_table.this["visits"].parameters == tomap({
      "EXTERNAL"                  = "TRUE"
      "classification"            = "parquet"
      "projection.enabled"        = "true"
      "projection.kind.type"      = "enum"
      "projection.kind.values"    = "web,app"
      "projection.hour.type"      = "integer"
      "projection.hour.range"     = "0,23"
      "projection.hour.digits"    = "2"
      "storage.location.template" = "s3://bucket/data/visits/kind=$${kind}/hour=$${hour}/"
    })
    error_message = "projection configures every key, and the template ends with a slash: ${jsonencode(aws_glue_catalog_table.this["visits"].parameters)}"
  }

  assert {
    condition     = aws_glue_catalog_table.this["lines"].storage_descriptor[0].ser_de_info[0].serialization_library == "org.openx.data.jsonserde.JsonSerDe" && aws_glue_catalog_table.this["lines"].parameters["compressionType"] == "gzip" && !contains(keys(aws_glue_catalog_table.this["lines"].parameters), "projection.enabled")
    error_message = "a table without partition keys has no projection; parameters are added"
  }

  assert {
    condition     = aws_glue_catalog_table.this["found"].storage_descriptor[0].input_format == "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat" && !contains(keys(aws_glue_catalog_table.this["found"].parameters), "projection.enabled")
    error_message = "projection can be left to a crawler"
  }
}

run "existing_database" {
  command = plan

  variables {
    database = { name = "lake", create = false }
  }

  assert {
    condition     = length(aws_glue_catalog_database.this) == 0 && aws_glue_catalog_table.this["visits"].database_name == "lake"
    error_message = "an existing database is used as it is"
  }
}

run "an_iceberg_table" {
  command = plan

  variables {
    tables = {
      visits = {
        description = "Visits"
        location    = "s3://bucket/data/visits/"
        format      = "iceberg"
        columns     = [{ name = "visit_id", type = "string" }, { name = "at", type = "timestamp" }]
        unique_key  = ["visit_id"]
      }
      lines = { location = "s3://bucket/data/lines/", columns = [{ name = "line", type = "string" }] }
    }
  }

  assert {
    condition     = keys(aws_glue_catalog_table.iceberg) == ["visits"] && keys(aws_glue_catalog_table.this) == ["lines"] && toset(keys(output.table_names)) == toset(["lines", "visits"])
    error_message = "each table is made once: ${jsonencode(keys(output.table_names))}"
  }

  assert {
    condition     = one(one(aws_glue_catalog_table.iceberg["visits"].open_table_format_input).iceberg_input).version == "2" && one(one(aws_glue_catalog_table.iceberg["visits"].open_table_format_input).iceberg_input).metadata_operation == "CREATE"
    error_message = "it is made as an Iceberg table of format version 2"
  }

  assert {
    condition     = one(aws_glue_catalog_table.iceberg["visits"].storage_descriptor).location == "s3://bucket/data/visits/" && one(aws_glue_catalog_table.iceberg["visits"].storage_descriptor).columns[*].name == tolist(["visit_id", "at"])
    error_message = "it lies where it is told to, with the columns in order"
  }

  assert {
    condition     = contains(output.view_names, "visits_deduplicated")
    error_message = "it has the view without duplicates: ${join(", ", output.view_names)}"
  }
}
