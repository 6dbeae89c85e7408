mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  database = { name = "lake" }
  tables = {
    visits = {
      location = "s3://bucket/data/visits/"
      columns = [
        { name = "visit_id", type = "string", comment = "Identifies it." },
        { name = "at", type = "timestamp" },
        { name = "tags", type = "array<struct<int:string,size:int,price:decimal(10,2)>>" },
        { name = "rest", type = "string" },
      ]
      partition_keys     = [{ name = "kind", type = "string", projection = { type = "enum", values = "web,app" } }]
      unique_key         = ["visit_id", "at"]
      same_in_duplicates = ["visit_id", "at", "kind"]
      rest_column        = "rest"
      kinds = {
        "web:first's" = {
          name        = "web_first"
          description = "A first visit."
          where       = { kind = "web", visit_kind = "first's" }
          fields = [
            { name = "pages", key = "Pages", type = "bigint", comment = "How many." },
            { name = "left_at", key = "left_at", type = "timestamp" },
            { name = "left_on", key = "left_on", type = "date" },
            { name = "odd", key = "it's \"odd\"", type = "json" },
            { name = "device", key = "device", type = "struct<model:string>" },
          ]
        }
      }
    }
    lines = {
      location    = "s3://bucket/data/lines/"
      columns     = [{ name = "line", type = "string" }, { name = "rest", type = "string" }]
      rest_column = "rest"
      kinds       = { a = { name = "a", where = { line = "a" }, fields = [] } }
    }
  }
  views = {
    pages = { description = "Pages", query = "SELECT 1 AS \"page\"", columns = [{ name = "page", type = "int" }] }
  }
}

run "views_as_athena_keeps_them" {
  command = plan

  assert {
    condition     = toset(keys(aws_glue_catalog_table.view)) == toset(["visits_deduplicated", "visits_web_first", "lines_a", "pages"])
    error_message = "views are ${join(", ", keys(aws_glue_catalog_table.view))}: none without duplicates where there is no unique key"
  }

  assert {
    condition     = alltrue([for view in aws_glue_catalog_table.view : view.table_type == "VIRTUAL_VIEW" && view.parameters == tomap({ presto_view = "true", comment = "Presto View" }) && view.view_expanded_text == "/* Presto View */"])
    error_message = "a view is marked as Athena marks it"
  }

  assert {
    condition = jsondecode(base64decode(regex("^/\\* Presto View: ([A-Za-z0-9+/=]+) \\*/$", aws_glue_catalog_table.view["pages"].view_original_text)[0])) == {
      originalSql  = "SELECT 1 AS \"page\""
      catalog      = "awsdatacatalog"
      schema       = "lake"
      columns      = [{ name = "page", type = "integer" }]
      runAsInvoker = false
      properties   = {}
    }
    error_message = "the document is ${base64decode(regex("^/\\* Presto View: ([A-Za-z0-9+/=]+) \\*/$", aws_glue_catalog_table.view["pages"].view_original_text)[0])}"
  }

  assert {
    condition     = join(" ", aws_glue_catalog_table.view["visits_deduplicated"].storage_descriptor[0].columns[*].type) == "string timestamp array<struct<int:string,size:int,price:decimal(10,2)>> string string"
    error_message = "columns have Glue's types beside the document"
  }

  assert {
    condition     = local.trino_types["array<struct<int:string,size:int,price:decimal(10,2)>>"] == "array(row(\"int\" varchar,\"size\" integer,\"price\" decimal(10,2)))"
    error_message = "in the document they have Trino's: ${local.trino_types["array<struct<int:string,size:int,price:decimal(10,2)>>"]}"
  }
}

run "rows_without_copies" {
  command = plan

  assert {
    condition = local.views["visits_deduplicated"].query == chomp(<<-SQL
      SELECT "visit_id", "at", "tags", "rest", "kind"
      FROM (
        SELECT *, row_number() OVER (PARTITION BY "visit_id", "at", "kind" ORDER BY "$path") AS "$copy"
        FROM "lake"."visits"
      )
      WHERE "$copy" = 1 OR "visit_id" IS NULL OR "at" IS NULL
    SQL
    )
    error_message = "the query is ${local.views["visits_deduplicated"].query}"
  }
}

run "a_view_of_each_kind" {
  command = plan

  assert {
    condition = local.views["visits_web_first"].query == chomp(<<-SQL
      SELECT
        "visit_id",
        "at",
        "tags",
        "kind",
        TRY_CAST(json_extract("rest", '$["Pages"]') AS bigint) AS "pages",
        CAST(TRY(from_iso8601_timestamp(json_extract_scalar("rest", '$["left_at"]'))) AT TIME ZONE 'UTC' AS timestamp) AS "left_at",
        TRY_CAST(json_extract_scalar("rest", '$["left_on"]') AS date) AS "left_on",
        json_format(json_extract("rest", '$["it''s \"odd\""]')) AS "odd",
        TRY_CAST(json_extract("rest", '$["device"]') AS row("model" varchar)) AS "device"
      FROM (
        SELECT *, row_number() OVER (PARTITION BY "visit_id", "at", "kind" ORDER BY "$path") AS "$copy"
        FROM "lake"."visits"
        WHERE "kind" = 'web' AND "visit_kind" = 'first''s'
      )
      WHERE "$copy" = 1 OR "visit_id" IS NULL OR "at" IS NULL
    SQL
    )
    error_message = "the query is ${local.views["visits_web_first"].query}"
  }

  assert {
    condition     = join(" ", local.views["visits_web_first"].columns[*].type) == "string timestamp array<struct<int:string,size:int,price:decimal(10,2)>> string bigint timestamp date string struct<model:string>" && aws_glue_catalog_table.view["visits_web_first"].description == "A first visit."
    error_message = "columns are ${jsonencode(local.views["visits_web_first"].columns)}"
  }

  assert {
    condition     = local.views["lines_a"].query == "SELECT\n  \"line\"\nFROM \"lake\".\"lines\"\n  WHERE \"line\" = 'a'"
    error_message = "a table without a unique key is read as it is: ${local.views["lines_a"].query}"
  }
}

run "error_records" {
  command = plan

  variables {
    tables        = {}
    views         = {}
    error_records = { visits = { location = "s3://bucket/errors/visits/", days = 7, hours_ahead = 14 } }
  }

  assert {
    condition = alltrue([for name, value in {
      "projection.error_type.values"  = "processing-failed,format-conversion-failed,metadata-extraction-failed,partitioning-failed,activePartitionExceeded"
      "projection.hour.range"         = "NOW-7DAYS,NOW+14HOURS"
      "projection.hour.format"        = "yyyy/MM/dd/HH"
      "projection.hour.interval.unit" = "HOURS"
      "storage.location.template"     = "s3://bucket/errors/visits/$${error_type}/$${hour}/"
    } : aws_glue_catalog_table.error_records["visits"].parameters[name] == value])
    error_message = "parameters are ${jsonencode(aws_glue_catalog_table.error_records["visits"].parameters)}"
  }

  assert {
    condition     = length(setsubtract(["errorcode", "errormessage", "lambdaarn", "lasterrorcode", "lasterrormessage", "datacatalogtable", "sequencenumber", "rawdata"], aws_glue_catalog_table.error_records["visits"].storage_descriptor[0].columns[*].name)) == 0
    error_message = "the members of both documents are columns"
  }

  assert {
    condition     = keys(aws_glue_catalog_table.view) == ["visits_errors"] && strcontains(local.views["visits_errors"].query, "from_utf8(from_base64(\"rawdata\")) AS \"record\"")
    error_message = "one view has the record as text"
  }

  assert {
    condition     = length(aws_glue_crawler.this) == 0
    error_message = "no crawler is needed"
  }
}
