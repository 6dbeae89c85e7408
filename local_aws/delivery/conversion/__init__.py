"""Record format conversion: JSON records become the rows of Parquet or ORC objects (reference 4).

    schema = TableSchema.from_glue(glue_table["StorageDescriptor"]["Columns"])
    config = FormatConfig.from_api(destination["DataFormatConversionConfiguration"])
    converted = Converter(schema, config).convert([b'{"id": 1}', b'{"id": "x"}'])
    converted.table       # one row
    converted.failures    # Failure(index=1, code="DataFormatConversion.MalformedData", message=...)
    write(converted.table, config, sink)

No AWS call is made here. `glue_types` and `schema` say what columns there are, `documents` takes records apart,
`openx` and `hive` hold the rules of the two deserializers, `columns` applies them to many values at once, and
`writer` writes objects.
"""

from local_aws.delivery.conversion.converter import Converted, Converter, Failure
from local_aws.delivery.conversion.errors import ConversionError, FormatError, SchemaError
from local_aws.delivery.conversion.format_config import FormatConfig, is_enabled
from local_aws.delivery.conversion.glue_types import GlueType, parse_glue_type
from local_aws.delivery.conversion.schema import TableSchema
from local_aws.delivery.conversion.writer import write

__all__ = [
    "ConversionError",
    "Converted",
    "Converter",
    "Failure",
    "FormatConfig",
    "FormatError",
    "GlueType",
    "SchemaError",
    "TableSchema",
    "is_enabled",
    "parse_glue_type",
    "write",
]
