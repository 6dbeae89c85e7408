from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from local_aws.delivery.conversion import FormatConfig, FormatError, SchemaError, TableSchema, is_enabled
from local_aws.delivery.conversion.format_config import (
    HiveOptions,
    OpenXOptions,
    OrcOptions,
    ParquetOptions,
)


def conversion(deserializer: object, serializer: object) -> dict[str, Any]:
    return {
        "InputFormatConfiguration": {"Deserializer": deserializer},
        "OutputFormatConfiguration": {"Serializer": serializer},
    }


def test_a_schema_has_lower_case_names_in_the_tables_order() -> None:
    schema = TableSchema.from_glue(
        [{"Name": "B", "Type": "int", "Comment": "x"}, {"Name": "a", "Type": "DATE"}]
    )

    assert schema.arrow == pa.schema([("b", pa.int32()), ("a", pa.date32())])


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ([], "NonExistentColumns"),
        ([{"Name": "a"}], "ValidationException"),
        ([{"Name": " ", "Type": "int"}], "ValidationException"),
        ([{"Name": "a b", "Type": "int"}], "InvalidSchema"),
        ([{"Name": "a", "Type": "int"}, {"Name": "A", "Type": "int"}], "InvalidSchema"),
        ([{"Name": "a", "Type": "map<int>"}], "InvalidTypeFormat"),
    ],
)
def test_a_schema_that_cannot_be_written_has_awss_code(columns: list[dict[str, str]], code: str) -> None:
    with pytest.raises(SchemaError) as caught:
        TableSchema.from_glue(columns)

    assert caught.value.code == f"DataFormatConversion.{code}"


def test_defaults_are_awss() -> None:
    config = FormatConfig.from_api(conversion({"OpenXJsonSerDe": {}}, {"ParquetSerDe": {}}))

    assert config == FormatConfig(OpenXOptions(True, False, ()), ParquetOptions())
    assert config.extension == ".parquet"
    assert (config.deserializer.name, config.serializer.name) == ("openx", "parquet")


def test_all_options_are_read() -> None:
    openx = {
        "CaseInsensitive": False,
        "ConvertDotsInJsonKeysToUnderscores": True,
        "ColumnToJsonKeyMappings": {"ts": "timestamp"},
    }
    orc = {
        **{"Compression": "ZLIB", "StripeSizeBytes": 8388608, "BlockSizeBytes": 67108864},
        **{"RowIndexStride": 1000, "EnablePadding": True, "PaddingTolerance": 0.1},
        **{"BloomFilterColumns": ["a"], "BloomFilterFalsePositiveProbability": 0.01},
        **{"DictionaryKeyThreshold": 0.5, "FormatVersion": "V0_11"},
    }
    parquet = {
        **{"Compression": "GZIP", "BlockSizeBytes": 67108864, "PageSizeBytes": 65536, "WriterVersion": "V2"},
        **{"EnableDictionaryCompression": False, "MaxPaddingBytes": 5},
    }

    first = FormatConfig.from_api(
        conversion({"OpenXJsonSerDe": openx, "HiveJsonSerDe": None}, {"OrcSerDe": orc})
    )
    second = FormatConfig.from_api(
        conversion({"HiveJsonSerDe": {"TimestampFormats": ["millis"]}}, {"ParquetSerDe": parquet})
    )

    assert first.deserializer == OpenXOptions(False, True, (("ts", "timestamp"),))
    assert first.serializer == OrcOptions(
        "ZLIB", 8388608, 67108864, 1000, True, 0.1, ("a",), 0.01, 0.5, "V0_11"
    )
    assert first.extension == ".orc"
    assert second.deserializer == HiveOptions(("millis",))
    assert second.serializer == ParquetOptions("GZIP", 67108864, 65536, "V2", False, 5)


@pytest.mark.parametrize(
    ("deserializer", "serializer", "message"),
    [
        (
            {"OpenXJsonSerDe": {}},
            {"ParquetSerDe": {}, "OrcSerDe": {}},
            "More than one serializer specified. Only one may be chosen.",
        ),
        (
            {"OpenXJsonSerDe": {}, "HiveJsonSerDe": {}},
            {"OrcSerDe": {}},
            "More than one deserializer specified. Only one may be chosen.",
        ),
        ({}, {"OrcSerDe": {}}, "No deserializer specified: one of OpenXJsonSerDe, HiveJsonSerDe is needed"),
        ({"OpenXJsonSerDe": {}}, None, "No serializer specified"),
    ],
)
def test_exactly_one_of_each_is_needed(deserializer: object, serializer: object, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        FormatConfig.from_api(conversion(deserializer, serializer))

    assert str(caught.value).startswith(message)


def test_conversion_is_enabled_unless_it_says_otherwise() -> None:
    assert is_enabled({})
    assert is_enabled({"Enabled": True})
    assert not is_enabled({"Enabled": False})
    assert not is_enabled(None)
