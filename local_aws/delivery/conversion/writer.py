"""One Parquet or ORC object from a table.

What the options of reference 4.3 become here, and what has no counterpart in the Arrow writers:

| option | here |
|---|---|
| Parquet `Compression` | as named |
| `BlockSizeBytes` | the size of a row group in memory; AWS uses it for padding too, which S3 objects do not need |
| `PageSizeBytes` | the size of a data page |
| `WriterVersion` | V1: data pages v1; V2: data pages v2. V2's delta encodings are not written |
| `EnableDictionaryCompression` | unset means on, the default of Parquet writers |
| `MaxPaddingBytes` | no effect: it aligns row groups to HDFS blocks |
| ORC `Compression`, `StripeSizeBytes`, `RowIndexStride`, `FormatVersion` | as named |
| `BloomFilterColumns` and their probability | as named, for top-level columns; unknown names are ignored |
| `DictionaryKeyThreshold` | as named; unset means the ORC writers' 0.8 |
| ORC `EnablePadding`, `PaddingTolerance` | the tolerance is passed on |
| ORC `BlockSizeBytes` | no effect: there are no HDFS blocks to pad to |

Parquet timestamps are INT96, the form of Hive's Parquet writer, which Firehose uses: Athena, Spark, DuckDB and
Arrow read them as timestamps without a zone. They carry no statistics, nor do they on AWS. No Arrow schema is
stored in the file.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq
from pyarrow import orc

from local_aws.delivery.conversion.format_config import FormatConfig, OrcOptions, ParquetOptions

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_ORC_DEFAULT_DICTIONARY_THRESHOLD: Final = 0.8
_ORC_FORMATS: Final = {"V0_11": "0.11", "V0_12": "0.12"}
_ORC_CODECS: Final = {"NONE": "uncompressed", "ZLIB": "zlib", "SNAPPY": "snappy"}
_PARQUET_CODECS: Final = {"UNCOMPRESSED": "none", "SNAPPY": "snappy", "GZIP": "gzip"}


def write(table: pa.Table, config: FormatConfig, sink: str | Path | IO[bytes] | Any) -> None:
    """Write `table` as one object to a path, a binary file or an Arrow output stream."""
    match config.serializer:
        case ParquetOptions() as options:
            _write_parquet(table, options, sink)
        case OrcOptions() as options:
            _write_orc(table, options, sink)


def _write_parquet(table: pa.Table, options: ParquetOptions, sink: Any) -> None:
    pq.write_table(
        table,
        sink,
        row_group_size=_rows_of(options.block_size_bytes, table),
        version="2.6" if options.writer_version == "V2" else "1.0",
        data_page_version="2.0" if options.writer_version == "V2" else "1.0",
        data_page_size=options.page_size_bytes,
        compression=_PARQUET_CODECS[options.compression],
        use_dictionary=options.dictionary is not False,
        use_deprecated_int96_timestamps=True,
        store_schema=False,
    )


def _rows_of(size_bytes: int, table: pa.Table) -> int:
    """Return how many rows of the table take about `size_bytes` in memory, at least one."""
    rows: int = table.num_rows
    if table.nbytes > size_bytes:
        rows = rows * size_bytes // table.nbytes
    return max(1, rows)


def _write_orc(table: pa.Table, options: OrcOptions, sink: Any) -> None:
    threshold = options.dictionary_key_threshold
    orc.write_table(
        table.combine_chunks(),
        sink,
        file_version=_ORC_FORMATS[options.format_version],
        stripe_size=options.stripe_size_bytes,
        compression=_ORC_CODECS[options.compression],
        row_index_stride=options.row_index_stride,
        padding_tolerance=options.padding_tolerance if options.padding else 0.0,
        dictionary_key_size_threshold=_ORC_DEFAULT_DICTIONARY_THRESHOLD if threshold is None else threshold,
        bloom_filter_columns=_bloom_columns(table, options.bloom_filter_columns),
        bloom_filter_fpp=options.bloom_filter_false_positive_probability,
    )


def _bloom_columns(table: pa.Table, names: tuple[str, ...]) -> list[int] | None:
    """Return the ORC column numbers of top-level columns: 0 is the row, then depth first."""
    wanted = {name.lower() for name in names}
    numbers = []
    number = 1
    for column in table.schema:
        if column.name in wanted:
            numbers.append(number)
        number += _nodes(column.type)
    return numbers or None


def _nodes(arrow: pa.DataType) -> int:
    """Count the ORC columns that a type takes: itself and everything inside it."""
    children = [arrow.field(index) for index in range(arrow.num_fields)]
    if str(arrow).startswith("map"):
        children = [arrow.key_field, arrow.item_field]
    return 1 + sum(_nodes(child.type) for child in children)
