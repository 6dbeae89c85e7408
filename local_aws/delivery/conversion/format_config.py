"""`DataFormatConversionConfiguration`, parsed once into frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from local_aws.delivery.conversion.errors import FormatError
from local_aws.delivery.conversion.joda import MILLIS, compile_joda

if TYPE_CHECKING:
    from collections.abc import Mapping

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class OpenXOptions:
    """`OpenXJsonSerDe` with AWS's defaults (reference 4.2); pairs of a column and its JSON key."""

    name: ClassVar[Literal["openx"]] = "openx"
    case_insensitive: bool = True
    convert_dots_to_underscores: bool = False
    column_to_json_key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class HiveOptions:
    """`HiveJsonSerDe`: Joda patterns or `millis`; without any, `java.sql.Timestamp.valueOf` (reference 4.2)."""

    name: ClassVar[Literal["hive"]] = "hive"
    timestamp_formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParquetOptions:
    """`ParquetSerDe` with AWS's defaults (reference 4.3)."""

    name: ClassVar[Literal["parquet"]] = "parquet"
    compression: Literal["UNCOMPRESSED", "SNAPPY", "GZIP"] = "SNAPPY"
    block_size_bytes: int = 256 * MEBIBYTE
    page_size_bytes: int = MEBIBYTE
    writer_version: Literal["V1", "V2"] = "V1"
    dictionary: bool | None = None
    max_padding_bytes: int = 0


@dataclass(frozen=True)
class OrcOptions:
    """`OrcSerDe` with AWS's defaults (reference 4.3)."""

    name: ClassVar[Literal["orc"]] = "orc"
    compression: Literal["NONE", "ZLIB", "SNAPPY"] = "SNAPPY"
    stripe_size_bytes: int = 64 * MEBIBYTE
    block_size_bytes: int = 256 * MEBIBYTE
    row_index_stride: int = 10_000
    padding: bool = False
    padding_tolerance: float = 0.05
    bloom_filter_columns: tuple[str, ...] = ()
    bloom_filter_false_positive_probability: float = 0.05
    dictionary_key_threshold: float | None = None
    format_version: Literal["V0_11", "V0_12"] = "V0_12"


DeserializerOptions: TypeAlias = OpenXOptions | HiveOptions
SerializerOptions: TypeAlias = ParquetOptions | OrcOptions


@dataclass(frozen=True)
class FormatConfig:
    """How records are read and objects are written."""

    deserializer: DeserializerOptions = OpenXOptions()
    serializer: SerializerOptions = ParquetOptions()

    @property
    def extension(self) -> str:
        """The extension of the objects unless the stream sets its own (reference 3.6)."""
        return f".{self.serializer.name}"

    @classmethod
    def from_api(cls, conversion: Mapping[str, Any]) -> FormatConfig:
        """Parse a `DataFormatConversionConfiguration` as DescribeDeliveryStream returns it.

        Value ranges were checked when the stream was created. What is missing or contradictory, and a
        timestamp pattern that is not supported (`joda`), raises FormatError. AWS rule: exactly one
        deserializer and one serializer, reference 4.1.
        """
        deserializer = (conversion.get("InputFormatConfiguration") or {}).get("Deserializer") or {}
        serializer = (conversion.get("OutputFormatConfiguration") or {}).get("Serializer") or {}
        return cls(
            deserializer=_one_of(
                "deserializer",
                deserializer,
                {"OpenXJsonSerDe": _openx_from_api, "HiveJsonSerDe": _hive_from_api},
            ),
            serializer=_one_of(
                "serializer", serializer, {"ParquetSerDe": _parquet_from_api, "OrcSerDe": _orc_from_api}
            ),
        )


def is_enabled(conversion: Mapping[str, Any] | None) -> bool:
    """Tell whether a stream converts. AWS rule: `Enabled` omitted means true, reference 4.1."""
    return conversion is not None and conversion.get("Enabled") is not False


def _one_of(kind: str, given: Mapping[str, Any], readers: Mapping[str, Any]) -> Any:
    chosen = [name for name in readers if given.get(name) is not None]
    if len(chosen) > 1:
        raise FormatError(f"More than one {kind} specified. Only one may be chosen.")
    if not chosen:
        raise FormatError(f"No {kind} specified: one of {', '.join(readers)} is needed, found {given!r}.")
    return readers[chosen[0]](given[chosen[0]])


def _openx_from_api(given: Mapping[str, Any]) -> OpenXOptions:
    return OpenXOptions(
        case_insensitive=given.get("CaseInsensitive") is not False,
        convert_dots_to_underscores=given.get("ConvertDotsInJsonKeysToUnderscores") is True,
        column_to_json_key=tuple((given.get("ColumnToJsonKeyMappings") or {}).items()),
    )


def _hive_from_api(given: Mapping[str, Any]) -> HiveOptions:
    formats = tuple(given.get("TimestampFormats") or ())
    for pattern in formats:
        if pattern != MILLIS:
            compile_joda(pattern)  # says here, and not at the first record, that it cannot be used
    return HiveOptions(formats)


def _parquet_from_api(given: Mapping[str, Any]) -> ParquetOptions:
    default = ParquetOptions()
    return ParquetOptions(
        compression=given.get("Compression", default.compression),
        block_size_bytes=given.get("BlockSizeBytes", default.block_size_bytes),
        page_size_bytes=given.get("PageSizeBytes", default.page_size_bytes),
        writer_version=given.get("WriterVersion", default.writer_version),
        dictionary=given.get("EnableDictionaryCompression"),
        max_padding_bytes=given.get("MaxPaddingBytes", default.max_padding_bytes),
    )


def _orc_from_api(given: Mapping[str, Any]) -> OrcOptions:
    default = OrcOptions()
    return OrcOptions(
        compression=given.get("Compression", default.compression),
        stripe_size_bytes=given.get("StripeSizeBytes", default.stripe_size_bytes),
        block_size_bytes=given.get("BlockSizeBytes", default.block_size_bytes),
        row_index_stride=given.get("RowIndexStride", default.row_index_stride),
        padding=given.get("EnablePadding", default.padding),
        padding_tolerance=given.get("PaddingTolerance", default.padding_tolerance),
        bloom_filter_columns=tuple(given.get("BloomFilterColumns") or ()),
        bloom_filter_false_positive_probability=given.get(
            "BloomFilterFalsePositiveProbability", default.bloom_filter_false_positive_probability
        ),
        dictionary_key_threshold=given.get("DictionaryKeyThreshold"),
        format_version=given.get("FormatVersion", default.format_version),
    )
