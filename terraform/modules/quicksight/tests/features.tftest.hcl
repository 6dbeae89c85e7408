mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_quicksight_data_source" {
    defaults = {
      arn = "arn:aws:quicksight:eu-west-1:111122223333:datasource/lake"
    }
  }

  mock_resource "aws_quicksight_data_set" {
    defaults = {
      arn = "arn:aws:quicksight:eu-west-1:111122223333:dataset/lake-events"
    }
  }
}

variables {
  name           = "lake"
  workgroup_name = "lake"
  owners         = ["arn:aws:quicksight:eu-west-1:111122223333:group/default/analysts"]

  datasets = {
    events = {
      database_name = "lake"
      view_name     = "events_deduplicated"
      columns = [
        { name = "event_uuid", type = "string" },
        { name = "amount", type = "decimal(10,2)" },
        { name = "created_at", type = "bigint" },
        { name = "created_datetime", type = "timestamp" },
        { name = "new", type = "boolean" },
        { name = "tags", type = "array<string>" },
        { name = "event_type", type = "varchar(20)" },
      ]
      key  = "event_uuid"
      time = "created_datetime"
      kind = "event_type"
    }
  }
}

run "on_the_view" {
  command = apply

  assert {
    condition     = aws_quicksight_data_source.this.type == "ATHENA" && aws_quicksight_data_source.this.parameters[0].athena[0].work_group == "lake" && length(aws_iam_role_policy.service) == 0
    error_message = "the data source uses the lake's workgroup"
  }

  assert {
    condition     = one(aws_quicksight_data_set.this["events"].physical_table_map).relational_table[0].name == "events_deduplicated" && aws_quicksight_data_set.this["events"].import_mode == "DIRECT_QUERY"
    error_message = "the data set is on the view"
  }

  assert {
    condition     = join(" ", [for column in one(aws_quicksight_data_set.this["events"].physical_table_map).relational_table[0].input_columns : "${column.name}:${column.type}"]) == "event_uuid:STRING amount:DECIMAL created_at:INTEGER created_datetime:DATETIME new:BOOLEAN event_type:STRING"
    error_message = "columns with QuickSight's types, without nested ones"
  }

  assert {
    condition     = length(aws_quicksight_dashboard.this["events"].definition[0].sheets[0].visuals) == 3
    error_message = "a count, a chart by hour and one by kind"
  }
}

run "without_time_and_kind" {
  command = plan

  variables {
    datasets     = { plain = { database_name = "lake", view_name = "plain", columns = [{ name = "id", type = "string" }], key = "id" } }
    import_mode  = "SPICE"
    viewers      = ["arn:aws:quicksight:eu-west-1:111122223333:user/default/somebody"]
    service_role = { name = "aws-quicksight-service-role-v0", policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition     = length(aws_quicksight_dashboard.this["plain"].definition[0].sheets[0].visuals) == 1 && length(aws_quicksight_dashboard.this["plain"].permissions) == 2
    error_message = "the count alone; the viewer sees it"
  }

  assert {
    condition     = aws_quicksight_data_set.this["plain"].import_mode == "SPICE" && aws_iam_role_policy.service[0].role == "aws-quicksight-service-role-v0"
    error_message = "a copy in QuickSight, and its role is allowed to read"
  }
}
