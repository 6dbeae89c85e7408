mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  flows = [{ file_pattern = "/var/log/app/*.jsonl", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" } }]
}

run "one_stream" {
  command = plan

  assert {
    condition = jsondecode(output.json) == {
      "cloudwatch.emitMetrics" = true
      "cloudwatch.endpoint"    = "monitoring.eu-west-1.amazonaws.com"
      "kinesis.endpoint"       = "kinesis.eu-west-1.amazonaws.com"
      flows                    = [{ filePattern = "/var/log/app/*.jsonl", kinesisStream = "lake-events" }]
    }
    error_message = "the configuration is ${output.json}"
  }

  assert {
    condition     = length(terraform_data.file) == 0
    error_message = "no file is written"
  }
}

run "everything" {
  command = plan

  variables {
    flows = [
      {
        file_pattern         = "/var/log/app/*.log"
        stream               = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
        partition_key        = "DETERMINISTIC"
        from                 = "START_OF_FILE"
        header_lines         = 1
        record_start_pattern = "^\\{"
        truncated_terminator = "\n"
        poll_milliseconds    = 250
        buffering            = { age_seconds = 5, records = 100, size_bytes = 1048576 }
        processing           = [{ option = "SINGLELINE" }, { option = "CSVTOJSON", field_names = ["a", "b"], delimiter = ";" }]
      },
      {
        file_pattern        = "/var/log/httpd/access_log*"
        delivery_stream_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/lake-direct"
        processing          = [{ option = "LOGTOJSON", log_format = "COMBINEDAPACHELOG" }]
      },
    ]
    metrics     = false
    assume_role = { arn = "arn:aws:iam::444455556666:role/lake", external_id = "x" }
    file        = "build/agent.json"
    policy      = { name = "lake-agent" }
  }

  assert {
    condition = jsondecode(output.json) == {
      "cloudwatch.emitMetrics" = false
      "kinesis.endpoint"       = "kinesis.eu-west-1.amazonaws.com"
      "firehose.endpoint"      = "firehose.eu-west-1.amazonaws.com"
      "sts.endpoint"           = "https://sts.eu-west-1.amazonaws.com"
      assumeRoleARN            = "arn:aws:iam::444455556666:role/lake"
      assumeRoleExternalId     = "x"
      flows = [
        {
          filePattern                   = "/var/log/app/*.log"
          kinesisStream                 = "lake-events"
          partitionKeyOption            = "DETERMINISTIC"
          initialPosition               = "START_OF_FILE"
          skipHeaderLines               = 1
          multiLineStartPattern         = "^\\{"
          truncatedRecordTerminator     = "\n"
          minTimeBetweenFilePollsMillis = 250
          maxBufferAgeMillis            = 5000
          maxBufferSizeRecords          = 100
          maxBufferSizeBytes            = 1048576
          dataProcessingOptions         = [{ optionName = "SINGLELINE" }, { optionName = "CSVTOJSON", customFieldNames = ["a", "b"], delimiter = ";" }]
        },
        {
          filePattern           = "/var/log/httpd/access_log*"
          deliveryStream        = "lake-direct"
          dataProcessingOptions = [{ optionName = "LOGTOJSON", logFormat = "COMBINEDAPACHELOG" }]
        },
      ]
    }
    error_message = "the configuration is ${output.json}"
  }

  assert {
    condition     = length(terraform_data.file) == 1
    error_message = "the file is written"
  }
}
