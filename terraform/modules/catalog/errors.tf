# Error records: what Firehose writes under the error prefix, one JSON document a line. There are two shapes, of records that
# the transform refused (errorCode, lambdaARN, or lambdaArn in the documentation) and of those that could not be converted
# (lastErrorCode, dataCatalogTable, ...; without "last" in the documentation). The table has the members of both.
locals {
  error_record_columns = [
    { name = "rawdata", type = "string", comment = "The record, base64." },
    { name = "errorcode", type = "string", comment = "What failed, in records that were not processed." },
    { name = "errormessage", type = "string", comment = "Why, in records that were not processed." },
    { name = "lasterrorcode", type = "string", comment = "What failed, in records that were not converted." },
    { name = "lasterrormessage", type = "string", comment = "Why, in records that were not converted." },
    { name = "attemptsmade", type = "int", comment = "How often it was tried." },
    { name = "arrivaltimestamp", type = "bigint", comment = "When the record arrived, in milliseconds since 1970." },
    { name = "attemptendingtimestamp", type = "bigint", comment = "When it was given up, in milliseconds since 1970." },
    { name = "lambdaarn", type = "string", comment = "The transform function." },
    { name = "sequencenumber", type = "string", comment = "Number of the record in its shard." },
    { name = "subsequencenumber", type = "bigint", comment = "Number of the record in its aggregate." },
    { name = "datacatalogtable", type = "struct<catalogid:string,databasename:string,tablename:string,region:string,versionid:string,rolearn:string,catalogarn:string>", comment = "The table whose columns the record does not fit." },
  ]

  error_view_columns = [
    { name = "arrived_at", type = "timestamp", comment = "When the record arrived (UTC).", value = "CAST(from_unixtime(\"arrivaltimestamp\" / 1e3) AT TIME ZONE 'UTC' AS timestamp)" },
    { name = "error_code", type = "string", comment = "What failed.", value = "coalesce(\"errorcode\", \"lasterrorcode\")" },
    { name = "error_message", type = "string", comment = "Why.", value = "coalesce(\"errormessage\", \"lasterrormessage\")" },
    { name = "record", type = "string", comment = "The record as text; what is no UTF-8 is shown as a replacement character.", value = "from_utf8(from_base64(\"rawdata\"))" },
    { name = "record_base64", type = "string", comment = "The record, byte for byte.", value = "\"rawdata\"" },
    { name = "attempts", type = "int", comment = "How often it was tried.", value = "\"attemptsmade\"" },
    { name = "given_up_at", type = "timestamp", comment = "When it was given up (UTC).", value = "CAST(from_unixtime(\"attemptendingtimestamp\" / 1e3) AT TIME ZONE 'UTC' AS timestamp)" },
    { name = "function_arn", type = "string", comment = "The transform function.", value = "\"lambdaarn\"" },
    { name = "sequence_number", type = "string", comment = "Number of the record in its shard.", value = "\"sequencenumber\"" },
    { name = "error_type", type = "string", comment = "The step that failed, as Firehose calls it.", value = "\"error_type\"" },
    { name = "hour", type = "string", comment = "Hour of arrival of the oldest record in the object, yyyy/MM/dd/HH.", value = "\"hour\"" },
  ]

  error_views = {
    for name in keys(var.error_records) : "${name}_errors" => {
      description = "Records of ${name} that could not be delivered, readable."
      columns     = [for column in local.error_view_columns : { name = column.name, type = column.type, comment = column.comment }]
      query = join("\n", [
        "SELECT",
        join(",\n", [for column in local.error_view_columns : "  ${column.value} AS \"${column.name}\""]),
        "FROM \"${local.database_name}\".\"${name}_error_records\"",
      ])
    }
  }
}

resource "aws_glue_catalog_table" "error_records" {
  for_each = var.error_records

  name          = "${each.key}_error_records"
  database_name = local.database_name
  description   = "Records of ${each.key} that could not be delivered, as Firehose writes them"
  table_type    = "EXTERNAL_TABLE"

  parameters = {
    EXTERNAL                       = "TRUE"
    classification                 = "json"
    "projection.enabled"           = "true"
    "projection.error_type.type"   = "enum"
    "projection.error_type.values" = join(",", each.value.types)
    "projection.hour.type"         = "date"
    "projection.hour.format"       = "yyyy/MM/dd/HH"
    # Athena lists every hour of the range that a query does not leave out.
    "projection.hour.range"         = "NOW-${each.value.days}DAYS,NOW${each.value.hours_ahead > 0 ? "+${each.value.hours_ahead}HOURS" : ""}"
    "projection.hour.interval"      = "1"
    "projection.hour.interval.unit" = "HOURS"
    "storage.location.template"     = "${each.value.location}$${error_type}/$${hour}/"
  }

  storage_descriptor {
    location      = each.value.location
    input_format  = local.formats.json.input
    output_format = local.formats.json.output

    ser_de_info {
      name                  = "json"
      serialization_library = local.formats.json.serde
      parameters            = local.formats.json.parameters
    }

    dynamic "columns" {
      for_each = local.error_record_columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }

  partition_keys {
    name    = "error_type"
    type    = "string"
    comment = "The step that failed, as Firehose calls it."
  }

  partition_keys {
    name    = "hour"
    type    = "string"
    comment = "Hour of arrival of the oldest record in the object, yyyy/MM/dd/HH."
  }
}
