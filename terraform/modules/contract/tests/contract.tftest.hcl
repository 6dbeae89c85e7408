variables {
  contract = <<-EOT
    {
      "title": "visits",
      "description": "One visit: with a brace { and \"properties\": {\"fake\": 1} in a text.",
      "type": "object",
      "x-unique-key": ["visit_id"],
      "x-event-time": "happened_at",
      "x-partitioning": { "by": "attributes", "keys": ["kind", "happened_on"] },
      "$defs": {
        "alpha": { "description": "A definition.", "type": "object", "properties": { "zulu": { "type": "string" } }, "x-glue-type": "string" },
        "beta": { "$ref": "#/$defs/alpha", "description": "A definition of a definition." }
      },
      "required": ["visit_id", "happened_at"],
      "properties": {
        "visit_id": { "description": "Identifies it.", "type": "string", "pattern": "^[0-9]{2}$", "x-glue-type": "string" },
        "happened_at": { "type": "integer", "x-glue-type": "bigint" },
        "happened_time": { "type": "string", "x-glue-type": "timestamp", "x-derive": { "function": "datetime", "from": "happened_at" } },
        "kind": { "type": "string", "enum": ["web", "app"], "x-glue-type": "string", "x-projection": { "type": "enum" } },
        "happened_on": { "type": "string", "x-glue-type": "string", "x-projection": { "type": "date", "range": "2020-01-01,NOW", "format": "yyyy-MM-dd" } },
        "alpha": { "$ref": "#/$defs/beta", "x-glue-type": "map<string,string>" },
        "aside": { "type": "object", "properties": { "visit_id": { "type": "string" } }, "x-glue-type": "struct<visit_id:string>" }
      }
    }
  EOT
}

run "columns_that_every_record_has_first" {
  command = plan

  assert {
    condition     = join(",", output.columns[*].name) == "visit_id,happened_at,alpha,aside,happened_time"
    error_message = "columns are ${join(",", output.columns[*].name)}"
  }

  assert {
    condition     = join(" ", output.columns[*].type) == "string bigint map<string,string> struct<visit_id:string> timestamp"
    error_message = "types are ${join(" ", output.columns[*].type)}: keywords beside a $ref win"
  }

  assert {
    condition     = output.columns[2].comment == "A definition of a definition." && output.columns[0].comment == "Identifies it."
    error_message = "comments come from description, also through $ref: ${join("; ", output.columns[*].comment)}"
  }
}

run "partition_keys_by_attributes" {
  command = plan

  assert {
    condition     = output.partitioned_by == "attributes" && join(",", output.partition_keys[*].name) == "kind,happened_on"
    error_message = "partition keys are ${join(",", output.partition_keys[*].name)}"
  }

  assert {
    condition     = output.partition_keys[0].projection == tomap({ type = "enum", values = "web,app" })
    error_message = "an enum's projection has the property's values, not ${jsonencode(output.partition_keys[0].projection)}"
  }

  assert {
    condition     = output.partition_keys[1].projection == tomap({ type = "date", range = "2020-01-01,NOW", format = "yyyy-MM-dd" })
    error_message = "a date's projection is passed on, not ${jsonencode(output.partition_keys[1].projection)}"
  }
}

run "what_queries_need" {
  command = plan

  assert {
    condition     = output.event_time_expression == "happened_time" && output.kind_column == "kind" && output.partition_date_expression == "happened_on"
    error_message = "event time ${output.event_time_expression}, kind ${output.kind_column}, date ${output.partition_date_expression}"
  }
}

run "fingerprint_follows_types_only" {
  command = plan

  variables {
    contract = replace(var.contract, "Identifies it.", "Says which visit it is.")
  }

  assert {
    condition     = output.fingerprint == sha256(jsonencode([["visit_id", "string"], ["happened_at", "bigint"], ["alpha", "map<string,string>"], ["aside", "struct<visit_id:string>"], ["happened_time", "timestamp"]]))
    error_message = "a description is not part of the fingerprint"
  }
}

run "arrival_by_hour" {
  command = plan

  variables {
    contract = jsonencode({
      x-partitioning = { by = "arrival", keys = ["year", "month", "day", "hour"] }
      x-event-time   = "at"
      properties     = { at = { "x-glue-type" = "string" }, status = { "x-glue-type" = "string", enum = ["a"] } }
    })
    arrival_years = { first = 2026, last = 2027 }
  }

  assert {
    condition     = alltrue([for key in output.partition_keys : key.type == "string"]) && output.partition_keys[0].projection == tomap({ type = "integer", range = "2026,2027" })
    error_message = "year is ${jsonencode(output.partition_keys[0])}"
  }

  assert {
    condition     = output.partition_keys[3].projection == tomap({ type = "integer", range = "0,23", digits = "2" })
    error_message = "hour is ${jsonencode(output.partition_keys[3])}"
  }

  assert {
    condition     = output.partition_date_expression == "year || '-' || month || '-' || day" && output.kind_column == "status"
    error_message = "date ${output.partition_date_expression}, kind ${output.kind_column}"
  }

  assert {
    condition     = output.event_time_expression == "CAST(from_iso8601_timestamp(at) AT TIME ZONE 'UTC' AS timestamp)"
    error_message = "event time is ${output.event_time_expression}"
  }
}

run "arrival_by_date" {
  command = plan

  variables {
    contract = jsonencode({
      x-partitioning = { by = "arrival", keys = ["dt", "hour"] }
      x-event-time   = "at"
      properties     = { at = { "x-glue-type" = "bigint" } }
    })
  }

  assert {
    condition     = output.partition_keys[0].projection["interval.unit"] == "DAYS" && output.partition_date_expression == "dt"
    error_message = "dt is ${jsonencode(output.partition_keys[0])}"
  }

  assert {
    condition     = output.event_time_expression == "CAST(from_unixtime(at) AT TIME ZONE 'UTC' AS timestamp)" && output.kind_column == null
    error_message = "event time is ${output.event_time_expression}"
  }
}

run "rejects_text_that_is_no_contract" {
  command = plan

  variables {
    contract = "schemas/visits.schema.json"
  }

  expect_failures = [var.contract]
}

run "rejects_a_property_without_type" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "arrival", keys = ["dt"] }, properties = { at = { type = "string" } } })
  }

  expect_failures = [output.columns]
}

run "rejects_upper_case_names" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "arrival", keys = ["dt"] }, properties = { At = { "x-glue-type" = "string" } } })
  }

  expect_failures = [var.contract]
}

run "rejects_unknown_partitioning" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "moon", keys = ["dt"] }, properties = { at = { "x-glue-type" = "string" } } })
  }

  expect_failures = [var.contract]
}

run "rejects_partitioning_without_keys" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "attributes", keys = [] }, properties = { at = { "x-glue-type" = "string" } } })
  }

  expect_failures = [var.contract]
}

run "rejects_keys_that_are_no_properties" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "attributes", keys = ["kind"] }, properties = { at = { "x-glue-type" = "string" } } })
  }

  expect_failures = [var.contract]
}

run "rejects_other_arrival_keys" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "arrival", keys = ["year", "day"] }, properties = { at = { "x-glue-type" = "string" } } })
  }

  expect_failures = [var.contract]
}

run "rejects_an_arrival_key_that_is_also_a_column" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "arrival", keys = ["dt"] }, properties = { dt = { "x-glue-type" = "string" } } })
  }

  expect_failures = [var.contract]
}

run "rejects_a_key_without_projection" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "attributes", keys = ["kind"] }, properties = { kind = { "x-glue-type" = "string" } } })
  }

  expect_failures = [output.partition_keys]
}

run "rejects_an_enum_projection_without_values" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "attributes", keys = ["kind"] }, properties = { kind = { "x-glue-type" = "string", "x-projection" = { type = "enum" } } } })
  }

  expect_failures = [output.partition_keys]
}

run "rejects_an_enum_value_with_a_comma" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "attributes", keys = ["kind"] }, properties = { kind = { "x-glue-type" = "string", enum = ["a,b"], "x-projection" = { type = "enum" } } } })
  }

  expect_failures = [output.partition_keys]
}

run "rejects_an_injected_projection_of_a_number" {
  command = plan

  variables {
    contract = jsonencode({ x-partitioning = { by = "attributes", keys = ["kind"] }, properties = { kind = { "x-glue-type" = "int", "x-projection" = { type = "injected" } } } })
  }

  expect_failures = [output.partition_keys]
}

run "rejects_years_in_the_wrong_order" {
  command = plan

  variables {
    arrival_years = { first = 2030, last = 2026 }
  }

  expect_failures = [var.arrival_years]
}

run "kinds_of_records" {
  command = plan

  variables {
    contract = jsonencode({
      x-unique-key   = ["id"]
      x-partitioning = { by = "attributes", keys = ["family", "day"] }
      "$defs" = {
        person = { description = "Who.", type = "integer" }
        thing  = { type = "object", properties = { size = { "$ref" = "#/$defs/person" }, names = { type = "array", items = { type = "string" } }, parts = { type = "object", properties = { a = { type = "object" } } } } }
      }
      properties = {
        id     = { "x-glue-type" = "string" }
        name   = { "x-glue-type" = "string" }
        family = { "x-glue-type" = "string", enum = ["page"], "x-projection" = { type = "enum" }, "x-derive" = { function = "part", from = "name", separator = ":", index = 0 } }
        day    = { "x-glue-type" = "string", "x-projection" = { type = "date", range = "2020-01-01,NOW", format = "yyyy-MM-dd" } }
        others = { "x-glue-type" = "string", "x-derive" = { function = "rest" } }
      }
      x-variants = {
        field = "name"
        types = {
          "page:Seen" = {
            description = "A page was seen."
            properties = {
              person  = { "$ref" = "#/$defs/person", description = "Who saw it." }
              at      = { type = ["string", "null"], format = "date-time" }
              on      = { type = "string", format = "date" }
              share   = { type = "number" }
              again   = { type = "boolean" }
              scores  = { type = "array", items = { "$ref" = "#/$defs/person" } }
              things  = { type = "array", items = { type = "object", properties = { Name = { type = "string" } } } }
              nothing = {}
              deep    = { "$ref" = "#/$defs/thing" }
              flat    = { type = "object", properties = { Size = { "$ref" = "#/$defs/person" }, names = { type = "array", items = { type = "string" } } } }
            }
            required = ["share", "on"]
          }
          "page:noise" = { drop = true }
          "seen"       = {}
        }
      }
    })
  }

  assert {
    condition     = keys(output.kinds_of_records) == ["page:Seen", "seen"] && output.kinds_of_records["page:Seen"].name == "page_seen" && output.kinds_of_records["page:Seen"].description == "A page was seen."
    error_message = "kinds are ${join(", ", keys(output.kinds_of_records))}: one that is dropped is never stored"
  }

  assert {
    condition     = output.kinds_of_records["page:Seen"].where == tomap({ name = "page:Seen", family = "page" }) && output.kinds_of_records["seen"].where == tomap({ name = "seen", family = "seen" })
    error_message = "a kind is in the partition of its name: ${jsonencode(output.kinds_of_records["page:Seen"].where)}"
  }

  assert {
    condition     = join(" ", [for field in output.kinds_of_records["page:Seen"].fields : "${field.name}=${field.type}"]) == "share=double on=date again=boolean at=timestamp deep=json flat=struct<size:bigint,names:array<string>> nothing=json person=bigint scores=array<bigint> things=array<struct<name:string>>"
    error_message = "fields are ${join(" ", [for field in output.kinds_of_records["page:Seen"].fields : "${field.name}=${field.type}"])}: required ones first, JSON text where there is no type"
  }

  assert {
    condition     = [for field in output.kinds_of_records["page:Seen"].fields : field.comment if field.name == "person"] == ["Who saw it."]
    error_message = "keywords beside a $ref win"
  }

  assert {
    condition     = output.rest_column == "others" && output.same_in_duplicates == tolist(["id", "family", "day"])
    error_message = "the rest is in ${output.rest_column}; copies agree in ${join(", ", output.same_in_duplicates)}"
  }
}

run "no_kinds_without_a_rest_column" {
  command = plan

  assert {
    condition     = output.rest_column == null && length(output.kinds_of_records) == 0
    error_message = "fields that are not stored cannot be read"
  }
}

run "arrival_differs_from_copy_to_copy" {
  command = plan

  variables {
    contract = jsonencode({
      x-unique-key   = ["id"]
      x-partitioning = { by = "arrival", keys = ["dt"] }
      properties     = { id = { "x-glue-type" = "string" } }
    })
  }

  assert {
    condition     = output.same_in_duplicates == tolist(["id"])
    error_message = "copies agree in ${join(", ", output.same_in_duplicates)}"
  }
}

run "rejects_kinds_of_one_name" {
  command = plan

  variables {
    contract = jsonencode({
      x-partitioning = { by = "arrival", keys = ["dt"] }
      properties     = { name = { "x-glue-type" = "string" }, rest = { "x-glue-type" = "string", "x-derive" = { function = "rest" } } }
      x-variants     = { field = "name", types = { "a:b" = {}, "a_b" = {} } }
    })
  }

  expect_failures = [output.kinds_of_records]
}

run "rejects_fields_that_differ_in_case_alone" {
  command = plan

  variables {
    contract = jsonencode({
      x-partitioning = { by = "arrival", keys = ["dt"] }
      properties     = { name = { "x-glue-type" = "string" }, rest = { "x-glue-type" = "string", "x-derive" = { function = "rest" } } }
      x-variants     = { field = "name", types = { a = { properties = { Size = { type = "integer" }, size = { type = "integer" } } } } }
    })
  }

  expect_failures = [output.kinds_of_records]
}

run "comments_as_long_as_glue_takes_them" {
  command = plan

  variables {
    contract = jsonencode({
      description    = join("", [for number in range(500) : "words "])
      x-partitioning = { by = "attributes", keys = ["kind"] }
      properties = {
        id   = { "x-glue-type" = "string", description = join("", [for number in range(100) : "words "]) }
        kind = { "x-glue-type" = "string", description = join("", [for number in range(100) : "words "]), enum = ["a"], "x-projection" = { type = "enum" } }
        rest = { "x-glue-type" = "string", "x-derive" = { function = "rest" } }
      }
      x-variants = { field = "kind", types = { a = { description = join("", [for number in range(500) : "words "]), properties = { size = { type = "integer", description = join("", [for number in range(100) : "words "]) } } } } }
    })
  }

  assert {
    condition     = length(output.description) == 2048 && length(output.columns[0].comment) == 255 && length(output.partition_keys[0].comment) == 255
    error_message = "lengths are ${length(output.description)}, ${length(output.columns[0].comment)}, ${length(output.partition_keys[0].comment)}"
  }

  assert {
    condition     = length(output.kinds_of_records["a"].description) == 2048 && length(output.kinds_of_records["a"].fields[0].comment) == 255
    error_message = "kinds are described by ${length(output.kinds_of_records["a"].description)}, their fields by ${length(output.kinds_of_records["a"].fields[0].comment)} characters"
  }
}
