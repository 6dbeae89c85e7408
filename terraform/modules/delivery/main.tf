locals {
  iceberg  = var.format.type == "iceberg"
  converts = contains(["parquet", "orc"], var.format.type)

  # Firehose writes records one after the other as they are: JSON without line ends is one long line, which Athena reads as one row.
  appends_newline = coalesce(var.append_newline, var.format.type == "json")

  # Only parameters that differ from AWS's defaults: at their defaults the plan would never settle.
  transform_parameters = var.transform == null ? {} : merge(
    { LambdaArn = var.transform.function_arn },
    var.transform.buffer_size_mb == 1 ? {} : { BufferSizeInMBs = tostring(var.transform.buffer_size_mb) },
    var.transform.interval_seconds == 60 ? {} : { BufferIntervalInSeconds = tostring(var.transform.interval_seconds) },
    var.transform.retries == 3 ? {} : { NumberOfRetries = tostring(var.transform.retries) },
  )

  processors = concat(
    var.transform == null ? [] : [{ type = "Lambda", parameters = local.transform_parameters }],
    length(try(var.partitioning.queries, {})) == 0 ? [] : [{
      type = "MetadataExtraction"
      parameters = {
        JsonParsingEngine       = "JQ-1.6"
        MetadataExtractionQuery = "{${join(",", [for key, query in var.partitioning.queries : "${key}:${query}"])}}"
      }
    }],
    !local.appends_newline ? [] : [{ type = "AppendDelimiterToRecord", parameters = {} }],
  )

  # Reported, not measured by this project: Firehose goes on with the Glue columns it first read until its own configuration
  # changes, also with the version LATEST (hashicorp/terraform-provider-aws#39593 and #5906, by users on AWS). AWS's
  # documentation says that LATEST follows the table. What is done here is right in both cases: so a fingerprint of the columns is carried by a setting without effect on these files: Parquet's
  # padding is for row groups that end near an HDFS block (buffers here are smaller than one), ORC's tolerance is for
  # padding, which is off.
  fingerprint     = var.format.schema_fingerprint == "" ? 0 : parseint(substr(sha256(var.format.schema_fingerprint), 0, 4), 16)
  parquet_padding = local.fingerprint
  orc_padding     = 0.05 + local.fingerprint / 1000000
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  name        = var.name
  destination = local.iceberg ? "iceberg" : "extended_s3"

  dynamic "kinesis_source_configuration" {
    for_each = var.source_stream == null ? [] : [var.source_stream]

    content {
      kinesis_stream_arn = kinesis_source_configuration.value.arn
      role_arn           = local.role_arn
    }
  }

  dynamic "server_side_encryption" {
    for_each = var.source_stream == null ? [1] : []

    content {
      enabled  = true
      key_type = var.direct_put_kms_key_arn == null ? "AWS_OWNED_CMK" : "CUSTOMER_MANAGED_CMK"
      key_arn  = var.direct_put_kms_key_arn
    }
  }

  dynamic "extended_s3_configuration" {
    for_each = local.iceberg ? [] : [var.destination]

    content {
      role_arn            = local.role_arn
      bucket_arn          = local.bucket_arn
      prefix              = var.destination.prefix
      error_output_prefix = var.destination.error_prefix
      custom_time_zone    = var.destination.time_zone
      file_extension      = var.destination.file_extension
      kms_key_arn         = var.destination.kms_key_arn
      buffering_size      = var.buffering.size_mb
      buffering_interval  = var.buffering.interval_seconds
      # Conversion compresses inside the file.
      compression_format = local.converts ? "UNCOMPRESSED" : var.format.compression
      s3_backup_mode     = var.backup == null ? "Disabled" : "Enabled"

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.this.name
        log_stream_name = aws_cloudwatch_log_stream.destination.name
      }

      dynamic "dynamic_partitioning_configuration" {
        for_each = var.partitioning == null ? [] : [var.partitioning]

        content {
          enabled        = true
          retry_duration = dynamic_partitioning_configuration.value.retry_seconds
        }
      }

      dynamic "processing_configuration" {
        for_each = length(local.processors) == 0 ? [] : [local.processors]

        content {
          enabled = true

          dynamic "processors" {
            for_each = processing_configuration.value

            content {
              type = processors.value.type

              dynamic "parameters" {
                for_each = processors.value.parameters

                content {
                  parameter_name  = parameters.key
                  parameter_value = parameters.value
                }
              }
            }
          }
        }
      }

      dynamic "data_format_conversion_configuration" {
        for_each = local.converts ? [var.format] : []

        content {
          enabled = true

          input_format_configuration {
            deserializer {
              open_x_json_ser_de {}
            }
          }

          output_format_configuration {
            serializer {
              dynamic "parquet_ser_de" {
                for_each = var.format.type == "parquet" ? [1] : []

                content {
                  compression       = var.format.column_compression
                  max_padding_bytes = local.parquet_padding
                }
              }

              dynamic "orc_ser_de" {
                for_each = var.format.type == "orc" ? [1] : []

                content {
                  compression       = var.format.column_compression
                  padding_tolerance = local.orc_padding
                }
              }
            }
          }

          schema_configuration {
            role_arn      = local.role_arn
            catalog_id    = var.format.catalog_id
            database_name = var.format.database_name
            table_name    = var.format.table_name
            version_id    = var.format.table_version
            region        = local.region
          }
        }
      }

      dynamic "s3_backup_configuration" {
        for_each = var.backup == null ? [] : [var.backup]

        content {
          role_arn            = local.role_arn
          bucket_arn          = "arn:${local.partition}:s3:::${s3_backup_configuration.value.bucket}"
          prefix              = s3_backup_configuration.value.prefix
          error_output_prefix = s3_backup_configuration.value.error_prefix
          kms_key_arn         = s3_backup_configuration.value.kms_key_arn
          buffering_size      = s3_backup_configuration.value.size_mb
          buffering_interval  = s3_backup_configuration.value.interval_seconds
          compression_format  = s3_backup_configuration.value.compression

          cloudwatch_logging_options {
            enabled         = true
            log_group_name  = aws_cloudwatch_log_group.this.name
            log_stream_name = aws_cloudwatch_log_stream.backup.name
          }
        }
      }
    }
  }

  dynamic "iceberg_configuration" {
    for_each = local.iceberg ? [var.format] : []

    content {
      role_arn           = local.role_arn
      catalog_arn        = "${local.glue_arn}:catalog"
      buffering_size     = var.buffering.size_mb
      buffering_interval = var.buffering.interval_seconds
      retry_duration     = iceberg_configuration.value.retry_seconds
      # AWS knows no other mode for Iceberg yet.
      s3_backup_mode = "FailedDataOnly"

      destination_table_configuration {
        database_name = iceberg_configuration.value.database_name
        table_name    = iceberg_configuration.value.table_name
        unique_keys   = iceberg_configuration.value.unique_keys
      }

      # Where records go that do not fit the table.
      s3_configuration {
        role_arn            = local.role_arn
        bucket_arn          = local.bucket_arn
        error_output_prefix = var.destination.error_prefix
        kms_key_arn         = var.destination.kms_key_arn
        compression_format  = "GZIP"
      }

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.this.name
        log_stream_name = aws_cloudwatch_log_stream.destination.name
      }

      dynamic "processing_configuration" {
        for_each = length(local.processors) == 0 ? [] : [local.processors]

        content {
          enabled = true

          dynamic "processors" {
            for_each = processing_configuration.value

            content {
              type = processors.value.type

              dynamic "parameters" {
                for_each = processors.value.parameters

                content {
                  parameter_name  = parameters.key
                  parameter_value = parameters.value
                }
              }
            }
          }
        }
      }
    }
  }

  tags = var.tags

  lifecycle {
    precondition {
      condition     = var.source_stream == null ? true : split(":", var.source_stream.arn)[3] == local.region
      error_message = "source_stream.arn is ${try(var.source_stream.arn, "null")} and this delivery stream is in ${local.region}; Firehose reads streams of its own Region only"
    }
  }

  # Firehose checks at once whether its role may do what it is told to do.
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/kinesisfirehose/${var.name}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn

  tags = var.tags
}

resource "aws_cloudwatch_log_stream" "destination" {
  name           = "DestinationDelivery"
  log_group_name = aws_cloudwatch_log_group.this.name
}

resource "aws_cloudwatch_log_stream" "backup" {
  name           = "BackupDelivery"
  log_group_name = aws_cloudwatch_log_group.this.name
}
