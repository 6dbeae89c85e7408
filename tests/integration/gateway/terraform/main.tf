# Every option that the provider knows for a delivery stream to S3, spread over a few streams. Buckets, the Kinesis
# stream and the key exist already: the provider would wait for them much longer than for what is tested here.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region     = "us-east-1"
  access_key = "test"
  secret_key = "test"
}

variable "name" {
  type        = string
  description = "Prefix of all names."
}

variable "stream_arn" {
  type        = string
  description = "ARN of the Kinesis stream to read."
}

variable "key_arn" {
  type        = string
  description = "ARN of the KMS key for buckets and streams."
}

variable "second" {
  type        = bool
  default     = false
  description = "Whether to apply the changed settings."
}

locals {
  role_arn   = aws_iam_role.this.arn
  bucket_arn = "arn:aws:s3:::${var.name}"
  function   = "arn:aws:lambda:us-east-1:000000000000:function:transform:$LATEST"
}

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "firehose.amazonaws.com" } }
    ]
  })
}

resource "aws_glue_catalog_database" "this" {
  name = replace(var.name, "-", "_")
}

resource "aws_glue_catalog_table" "this" {
  database_name = aws_glue_catalog_database.this.name
  name          = "events"
  table_type    = "EXTERNAL_TABLE"

  storage_descriptor {
    columns {
      name = "id"
      type = "string"
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "everything" {
  name        = "${var.name}-everything"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = var.stream_arn
    role_arn           = local.role_arn
  }

  extended_s3_configuration {
    role_arn            = local.role_arn
    bucket_arn          = local.bucket_arn
    prefix              = "data/type=!{partitionKeyFromLambda:type}/!{timestamp:yyyy}/"
    error_output_prefix = "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    buffering_size      = 64
    buffering_interval  = var.second ? 7 : 5
    custom_time_zone    = var.second ? "UTC" : "Europe/Berlin"
    file_extension      = var.second ? null : ".parquet"
    kms_key_arn         = var.second ? null : var.key_arn

    cloudwatch_logging_options {
      enabled         = !var.second
      log_group_name  = var.second ? null : "/delivery"
      log_stream_name = var.second ? null : "data"
    }

    dynamic_partitioning_configuration {
      enabled        = true
      retry_duration = 10
    }

    processing_configuration {
      enabled = true

      processors {
        type = "Lambda"

        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = local.function
        }
        parameters {
          parameter_name  = "BufferSizeInMBs"
          parameter_value = var.second ? "3" : "2"
        }
        parameters {
          parameter_name  = "BufferIntervalInSeconds"
          parameter_value = "5"
        }
        parameters {
          parameter_name  = "NumberOfRetries"
          parameter_value = "1"
        }
      }
      processors {
        type = "AppendDelimiterToRecord"

        parameters {
          parameter_name  = "Delimiter"
          parameter_value = "\\n"
        }
      }
    }

    s3_backup_mode = "Enabled"

    s3_backup_configuration {
      role_arn            = local.role_arn
      bucket_arn          = "${local.bucket_arn}-raw"
      prefix              = "raw/!{timestamp:yyyy/MM/dd/HH}/"
      error_output_prefix = "raw-errors/!{firehose:error-output-type}/"
      buffering_size      = 10
      buffering_interval  = var.second ? 61 : 60
      compression_format  = "GZIP"
      kms_key_arn         = var.key_arn

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = "/delivery"
        log_stream_name = "backup"
      }
    }

    data_format_conversion_configuration {
      input_format_configuration {
        deserializer {
          open_x_json_ser_de {
            case_insensitive                         = false
            convert_dots_in_json_keys_to_underscores = true
            column_to_json_key_mappings              = { id = "ID" }
          }
        }
      }
      output_format_configuration {
        serializer {
          parquet_ser_de {
            compression                   = var.second ? "SNAPPY" : "GZIP"
            block_size_bytes              = 134217728
            page_size_bytes               = 65536
            enable_dictionary_compression = true
            max_padding_bytes             = 10
            writer_version                = "V2"
          }
        }
      }
      schema_configuration {
        database_name = aws_glue_catalog_table.this.database_name
        table_name    = aws_glue_catalog_table.this.name
        role_arn      = local.role_arn
      }
    }
  }

  tags = var.second ? { team = "lake", stage = "two" } : { team = "data" }
}

resource "aws_kinesis_firehose_delivery_stream" "orc" {
  name        = "${var.name}-orc"
  destination = "extended_s3"

  server_side_encryption {
    enabled = !var.second
  }

  extended_s3_configuration {
    role_arn       = local.role_arn
    bucket_arn     = local.bucket_arn
    buffering_size = 128

    data_format_conversion_configuration {
      enabled = !var.second

      input_format_configuration {
        deserializer {
          hive_json_ser_de {
            timestamp_formats = ["millis", "yyyy-MM-dd"]
          }
        }
      }
      output_format_configuration {
        serializer {
          orc_ser_de {
            compression                             = "ZLIB"
            block_size_bytes                        = 134217728
            bloom_filter_columns                    = ["id"]
            bloom_filter_false_positive_probability = 0.1
            dictionary_key_threshold                = 0.5
            enable_padding                          = true
            format_version                          = "V0_11"
            padding_tolerance                       = 0.2
            row_index_stride                        = 2000
            stripe_size_bytes                       = 16777216
          }
        }
      }
      schema_configuration {
        database_name = aws_glue_catalog_table.this.database_name
        table_name    = aws_glue_catalog_table.this.name
        role_arn      = local.role_arn
        version_id    = "0"
        region        = "us-east-1"
        catalog_id    = "000000000000"
      }
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "query" {
  name        = "${var.name}-query"
  destination = "extended_s3"

  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = var.key_arn
  }

  extended_s3_configuration {
    role_arn            = local.role_arn
    bucket_arn          = local.bucket_arn
    compression_format  = var.second ? "HADOOP_SNAPPY" : "Snappy"
    prefix              = "x/!{partitionKeyFromQuery:k}/"
    error_output_prefix = "errors/"
    buffering_size      = 64

    dynamic_partitioning_configuration {
      enabled = true
    }

    processing_configuration {
      enabled = true

      processors {
        type = "RecordDeAggregation"

        parameters {
          parameter_name  = "SubRecordType"
          parameter_value = "JSON"
        }
      }
      processors {
        type = "MetadataExtraction"

        parameters {
          parameter_name  = "JsonParsingEngine"
          parameter_value = "JQ-1.6"
        }
        parameters {
          parameter_name  = "MetadataExtractionQuery"
          parameter_value = "{k:.k}"
        }
      }
      processors {
        type = "AppendDelimiterToRecord"
      }
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "defaults" {
  name        = "${var.name}-defaults"
  destination = "extended_s3"

  extended_s3_configuration {
    role_arn       = local.role_arn
    bucket_arn     = local.bucket_arn
    s3_backup_mode = var.second ? "Enabled" : "Disabled"

    processing_configuration {
      enabled = true

      processors {
        type = "Lambda"

        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = local.function
        }
      }
    }

    dynamic "s3_backup_configuration" {
      for_each = var.second ? [1] : []

      content {
        role_arn   = local.role_arn
        bucket_arn = "${local.bucket_arn}-raw"
      }
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "logs" {
  name        = "${var.name}-logs"
  destination = "extended_s3"

  extended_s3_configuration {
    role_arn           = local.role_arn
    bucket_arn         = local.bucket_arn
    compression_format = var.second ? "ZIP" : "GZIP"
    file_extension     = ".json.gz"
    buffering_interval = 0

    processing_configuration {
      enabled = true

      processors {
        type = "Decompression"

        parameters {
          parameter_name  = "CompressionFormat"
          parameter_value = "GZIP"
        }
      }
      processors {
        type = "CloudWatchLogProcessing"

        parameters {
          parameter_name  = "DataMessageExtraction"
          parameter_value = "true"
        }
      }
    }
  }
}
