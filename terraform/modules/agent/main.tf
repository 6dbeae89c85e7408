data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  dns_suffix = data.aws_partition.current.dns_suffix
  # The attribute is called name in version 5 of the provider and region in version 6.
  region = coalesce(lookup(data.aws_region.current, "region", null), lookup(data.aws_region.current, "name", null))

  streams = [for flow in var.flows : flow.stream if flow.stream != null]

  # The agent's own names for things; what is not said is left out, so that its defaults hold.
  flows = [for flow in var.flows : { for name, value in {
    filePattern                   = flow.file_pattern
    kinesisStream                 = try(regex("[^/]+$", flow.stream.arn), null)
    deliveryStream                = try(regex("[^/]+$", flow.delivery_stream_arn), null)
    partitionKeyOption            = flow.partition_key
    initialPosition               = flow.from
    skipHeaderLines               = flow.header_lines
    multiLineStartPattern         = flow.record_start_pattern
    truncatedRecordTerminator     = flow.truncated_terminator
    minTimeBetweenFilePollsMillis = flow.poll_milliseconds
    maxBufferAgeMillis            = flow.buffering.age_seconds == null ? null : flow.buffering.age_seconds * 1000
    maxBufferSizeRecords          = flow.buffering.records
    maxBufferSizeBytes            = flow.buffering.size_bytes
    dataProcessingOptions = length(flow.processing) == 0 ? null : [for step in flow.processing : { for name, value in {
      optionName       = step.option
      customFieldNames = step.field_names
      delimiter        = step.delimiter
      logFormat        = step.log_format
      matchPattern     = step.match_pattern
    } : name => value if value != null }]
  } : name => value if value != null }]

  configuration = { for name, value in {
    "cloudwatch.emitMetrics" = var.metrics
    "cloudwatch.endpoint"    = var.metrics ? "monitoring.${local.region}.${local.dns_suffix}" : null
    "kinesis.endpoint"       = length(local.streams) > 0 ? "kinesis.${local.region}.${local.dns_suffix}" : null
    "firehose.endpoint"      = length(local.streams) < length(var.flows) ? "firehose.${local.region}.${local.dns_suffix}" : null
    "sts.endpoint"           = var.assume_role == null ? null : "https://sts.${local.region}.${local.dns_suffix}"
    assumeRoleARN            = try(var.assume_role.arn, null)
    assumeRoleExternalId     = try(var.assume_role.external_id, null)
    flows                    = local.flows
  } : name => value if value != null }
}

module "policy" {
  source = "../producer_policy"

  streams              = distinct(local.streams)
  delivery_stream_arns = toset(compact(var.flows[*].delivery_stream_arn))
  metric_namespaces    = var.metrics ? ["AWSKinesisAgent"] : []
  policy               = var.policy == null ? null : { name = var.policy.name, path = var.policy.path, description = "Lets the Kinesis Agent send records to a lake" }

  tags = var.tags
}

# A file without another provider; the text reaches the shell as a variable, so nothing in it is interpreted.
resource "terraform_data" "file" {
  count = var.file == null ? 0 : 1

  triggers_replace = [var.file, jsonencode(local.configuration)]

  provisioner "local-exec" {
    command = "mkdir -p \"$(dirname \"$FILE\")\" && printf '%s\\n' \"$CONFIGURATION\" > \"$FILE\""

    environment = {
      FILE          = var.file
      CONFIGURATION = jsonencode(local.configuration)
    }
  }
}
