mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-1:111122223333:lake-compaction-dead-letters"
    }
  }
}

variables {
  name    = "lake-compaction"
  package = { path = "versions.tf" }

  tables = {
    events = { database_name = "lake", table_name = "events", unique_key = ["event_uuid", "created_at"], bucket = "lake-data", prefix = "data/events/" }
  }

  workgroup = { name = "lake", bucket = "lake-results" }
  manifests = { bucket = "lake-data" }
}

run "defaults" {
  command = apply

  assert {
    condition = jsondecode(output.requests.events) == {
      database             = "lake"
      table                = "events"
      unique_key           = ["event_uuid", "created_at"]
      workgroup            = "lake"
      manifests            = "s3://lake-data/compaction/lake/events/"
      closed_after_seconds = 21600
      settle_seconds       = 900
      lookback_days        = 7
      grace_seconds        = 60
      target_file_bytes    = 268435456
      max_objects          = 500
      max_bytes            = 5368709120
      compression          = "SNAPPY"
    }
    error_message = "the request is ${output.requests.events}"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "RunQueries FindDatabase ReadTables ListTables StageTables FindObjects ReplaceData KeepManifests WriteResults DeleteStaged"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = [for arn in data.aws_iam_policy_document.this.statement[4].resources : arn if strcontains(arn, ":table/")] == ["arn:aws:glue:eu-west-1:111122223333:table/lake/compaction_events_*"]
    error_message = "only temporary tables can be made and dropped"
  }

  assert {
    condition     = data.aws_iam_policy_document.this.statement[6].resources == toset(["arn:aws:s3:::lake-data/data/events/*"]) && data.aws_iam_policy_document.this.statement[9].resources == toset(["arn:aws:s3:::lake-results/queries/tables/*"])
    error_message = "objects are deleted in the table and in the staging place only"
  }

  assert {
    condition     = keys(output.schedule_arns) == ["events"] && output.dead_letter_queue_arn != null
    error_message = "a schedule for each table"
  }
}

run "everything" {
  command = apply

  variables {
    tables = {
      events    = { database_name = "lake", table_name = "events", unique_key = ["id"], bucket = "lake-data", prefix = "data/events/", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1", registered_partitions = true }
      customers = { database_name = "lake", table_name = "customers", unique_key = ["uuid"], bucket = "lake-data", prefix = "data/customers/", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1", time_zone = "America/Lima" }
    }

    workgroup = { name = "lake", bucket = "lake-results", prefix = "athena/", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/2" }
    manifests = { bucket = "lake-data", prefix = "state/", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    closing   = { after_hours = 24, settle_minutes = 60, lookback_days = 30 }
    merging   = { file_mb = 128, max_objects = 100, max_gb = 1, grace_seconds = 0, compression = "ZSTD" }
    schedule  = { expression = "cron(0 3 * * ? *)", time_zone = "America/Lima", enabled = false, dead_letter_queue = false }
  }

  assert {
    condition     = jsondecode(output.requests.customers).closed_after_seconds == 129600 && jsondecode(output.requests.events).closed_after_seconds == 86400
    error_message = "partitions in the time of a zone are closed later"
  }

  assert {
    condition     = jsondecode(output.requests.events).max_bytes == 1073741824 && jsondecode(output.requests.events).compression == "ZSTD" && jsondecode(output.requests.events).manifests == "s3://lake-data/state/lake/events/"
    error_message = "the rules are passed on"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "RunQueries FindDatabase ReadTables ReadPartitions ListTables StageTables FindObjects ReplaceData KeepManifests WriteResults DeleteStaged EncryptObjects"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.statement[11].resources) == 2 && output.dead_letter_queue_arn == null
    error_message = "both keys, no queue"
  }
}
