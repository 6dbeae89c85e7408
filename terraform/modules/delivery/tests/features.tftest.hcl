mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name          = "lake-events"
  source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }
  destination = {
    bucket       = "lake-data"
    prefix       = "data/events/kind=!{partitionKeyFromLambda:kind}/"
    error_prefix = "errors/events/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
  }
  format       = { database_name = "lake", table_name = "events", schema_fingerprint = "one" }
  partitioning = {}
  transform    = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:$LATEST" }
}

run "parquet_by_attributes" {
  command = plan

  variables {
    backup = { bucket = "lake-raw", prefix = "events/!{timestamp:yyyy/MM/dd/HH}/", error_prefix = "errors/!{firehose:error-output-type}/" }
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].compression_format == "UNCOMPRESSED" && aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].buffering_size == 128
    error_message = "conversion wants uncompressed objects and big buffers"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration[0].output_format_configuration[0].serializer[0].parquet_ser_de[0].compression == "SNAPPY" && aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration[0].schema_configuration[0].table_name == "events"
    error_message = "Parquet with Snappy, by the Glue table"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration[0].output_format_configuration[0].serializer[0].parquet_ser_de[0].max_padding_bytes == parseint(substr(sha256("one"), 0, 4), 16)
    error_message = "the fingerprint of the columns is part of the delivery stream, so that another one updates it"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].dynamic_partitioning_configuration[0].enabled && aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].dynamic_partitioning_configuration[0].retry_duration == 300
    error_message = "partitioning by attributes is dynamic partitioning"
  }

  assert {
    condition     = [for parameter in aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors[0].parameters : parameter.parameter_name] == ["LambdaArn"]
    error_message = "parameters at AWS's defaults are left out, or the plan would never settle"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].s3_backup_mode == "Enabled" && aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].s3_backup_configuration[0].compression_format == "GZIP"
    error_message = "the backup is GZIP"
  }

  assert {
    condition     = length(aws_kinesis_firehose_delivery_stream.this.server_side_encryption) == 0 && length(aws_kinesis_firehose_delivery_stream.this.kinesis_source_configuration) == 1
    error_message = "with a Kinesis source the stream is encrypted, not the delivery stream"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/kinesisfirehose/lake-events" && aws_cloudwatch_log_stream.destination.name == "DestinationDelivery" && aws_cloudwatch_log_stream.backup.name == "BackupDelivery"
    error_message = "errors are logged where the console looks for them"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "FindBuckets WriteObjects ReadStream Transform ReadSchema LogErrors"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = data.aws_iam_policy_document.this.statement[1].resources == toset(["arn:aws:s3:::lake-data/data/events/kind=*", "arn:aws:s3:::lake-data/errors/events/*", "arn:aws:s3:::lake-raw/events/*", "arn:aws:s3:::lake-raw/errors/*"])
    error_message = "the role writes under its prefixes only: ${join(" ", data.aws_iam_policy_document.this.statement[1].resources)}"
  }
}

run "everything_different" {
  command = plan

  variables {
    source_stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    destination = {
      bucket         = "lake-data"
      prefix         = "data/events/kind=!{partitionKeyFromQuery:kind}/"
      error_prefix   = "errors/events/!{firehose:error-output-type}/"
      kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/1"
      time_zone      = "Europe/Madrid"
      file_extension = ".orc"
    }
    format                   = { type = "orc", database_name = "lake", table_name = "events", schema_fingerprint = "two", column_compression = "ZLIB" }
    partitioning             = { queries = { kind = ".kind" }, retry_seconds = 60 }
    transform                = { function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:1", buffer_size_mb = 2, interval_seconds = 1, retries = 0 }
    role_path                = "/lake/"
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration[0].output_format_configuration[0].serializer[0].orc_ser_de[0].compression == "ZLIB" && length(aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration[0].output_format_configuration[0].serializer[0].parquet_ser_de) == 0
    error_message = "ORC instead of Parquet"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration[0].output_format_configuration[0].serializer[0].orc_ser_de[0].padding_tolerance == 0.05 + parseint(substr(sha256("two"), 0, 4), 16) / 1000000
    error_message = "the fingerprint of the columns is part of the delivery stream with ORC too"
  }

  assert {
    condition = { for parameter in aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors[0].parameters : parameter.parameter_name => parameter.parameter_value } == {
      LambdaArn = "arn:aws:lambda:eu-west-1:111122223333:function:transform:1", BufferSizeInMBs = "2", BufferIntervalInSeconds = "1", NumberOfRetries = "0"
    }
    error_message = "parameters that differ from AWS's defaults are passed on"
  }

  assert {
    condition     = join(" ", aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors[*].type) == "Lambda MetadataExtraction" && anytrue([for parameter in aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors[1].parameters : parameter.parameter_value == "{kind:.kind}"])
    error_message = "keys by query are extracted after the transform"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].custom_time_zone == "Europe/Madrid" && aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].file_extension == ".orc" && aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].s3_backup_mode == "Disabled"
    error_message = "time zone and extension are passed on; no backup unless asked for"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "FindBuckets WriteObjects EncryptObjects0 ReadStream DecryptStream Transform ReadSchema LogErrors"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = anytrue([for condition in data.aws_iam_policy_document.this.statement[2].condition : condition.variable == "kms:EncryptionContext:aws:s3:arn" && contains(condition.values, "arn:aws:s3:::lake-data")])
    error_message = "the key is for objects of these buckets only"
  }

  assert {
    condition     = aws_iam_role.this[0].path == "/lake/" && aws_iam_role.this[0].permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "role path and boundary are passed on"
  }
}

run "json_without_transform" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "data/events/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/events/!{firehose:error-output-type}/" }
    format       = { type = "json" }
    buffering    = { size_mb = 5, interval_seconds = 0 }
    partitioning = null
    transform    = null
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].compression_format == "GZIP" && length(aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].data_format_conversion_configuration) == 0
    error_message = "JSON is compressed, not converted"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration[0].processors[*].type == tolist(["AppendDelimiterToRecord"]) && length(aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].dynamic_partitioning_configuration) == 0
    error_message = "a newline after each record is all that is done to it"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "FindBuckets WriteObjects ReadStream LogErrors"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }
}

run "direct_put" {
  command = plan

  variables {
    source_stream          = null
    direct_put_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  assert {
    condition     = length(aws_kinesis_firehose_delivery_stream.this.kinesis_source_configuration) == 0 && aws_kinesis_firehose_delivery_stream.this.server_side_encryption[0].enabled && aws_kinesis_firehose_delivery_stream.this.server_side_encryption[0].key_type == "CUSTOMER_MANAGED_CMK"
    error_message = "producers write to the delivery stream, which is encrypted"
  }
}

run "iceberg" {
  command = plan

  variables {
    destination  = { bucket = "lake-data", prefix = "iceberg/events/", error_prefix = "errors/events/!{firehose:error-output-type}/" }
    format       = { type = "iceberg", database_name = "lake", table_name = "events", unique_keys = ["event_uuid"] }
    partitioning = null
    buffering    = { size_mb = 32, interval_seconds = 60 }
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.destination == "iceberg" && length(aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration) == 0
    error_message = "an Iceberg table is a destination of its own"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this.iceberg_configuration[0].destination_table_configuration[0].table_name == "events" && aws_kinesis_firehose_delivery_stream.this.iceberg_configuration[0].destination_table_configuration[0].unique_keys == tolist(["event_uuid"])
    error_message = "the table, and what its updates find a row by"
  }

  assert {
    condition     = endswith(aws_kinesis_firehose_delivery_stream.this.iceberg_configuration[0].catalog_arn, ":catalog") && aws_kinesis_firehose_delivery_stream.this.iceberg_configuration[0].s3_configuration[0].error_output_prefix == "errors/events/!{firehose:error-output-type}/"
    error_message = "the catalog of the account, and a place for what does not fit"
  }

  assert {
    condition     = [for parameter in aws_kinesis_firehose_delivery_stream.this.iceberg_configuration[0].processing_configuration[0].processors[0].parameters : parameter.parameter_name] == ["LambdaArn"]
    error_message = "the transform runs before the table too"
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.this.statement : statement.actions if statement.sid == "CommitToTable"]) == toset(["glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"])
    error_message = "a commit changes the table's metadata pointer"
  }
}

run "json_whose_records_end_with_a_newline" {
  command = plan

  variables {
    destination    = { bucket = "lake-data", prefix = "data/events/dt=!{timestamp:yyyy-MM-dd}/", error_prefix = "errors/events/!{firehose:error-output-type}/" }
    format         = { type = "json" }
    partitioning   = null
    transform      = null
    append_newline = false
  }

  assert {
    condition     = length(aws_kinesis_firehose_delivery_stream.this.extended_s3_configuration[0].processing_configuration) == 0
    error_message = "no second newline when told so"
  }
}
