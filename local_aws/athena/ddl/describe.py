"""DESCRIBE and its forms, line by line as Athena prints them. Measured: reference 10 of the measurements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_aws.athena.catalog import is_view
from local_aws.athena.ddl.context import TextResult, ddl_task_error, hive_error, text_column
from local_aws.athena.errors import SYSTEM_ERROR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import Describe, PartitionSpec

# Measured: names, types and comments are filled up with blanks to this width, and never cut.
_WIDTH = 20
_EMPTY = "\t \t "
_HEADING = "# col_name            \tdata_type           \tcomment             "
_PARTITION_HEADING = (_EMPTY, "# Partition Information\t \t ", _HEADING, _EMPTY)
_STATISTICS = (
    *("col_name", "data_type", "min", "max", "num_nulls", "distinct_count", "avg_col_len", "max_col_len"),
    *("num_trues", "num_falses", "comment"),
)

ColumnText = tuple[str, str, str]  # name, type, comment


def describe(statement: Describe, context: Context) -> TextResult:
    """Answer DESCRIBE: name, type and comment of each column, and once more for partition columns."""
    answer = _table(statement, context)
    if is_view(answer) and not statement.form:
        return view_columns(statement.name, context)
    columns = [text_column("col_name"), text_column("data_type"), text_column("comment")]
    if statement.partition is not None:
        _check_partition(statement, statement.partition, context)
    if statement.column is not None:
        return _one_column(statement, answer, columns)
    partitions = named_columns(answer.get("PartitionKeys") or [])
    block = [*_PARTITION_HEADING, *map(_described, partitions)] if partitions else []
    database, _ = context.full_name(statement.name)
    if statement.form == "FORMATTED":
        own = named_columns((answer.get("StorageDescriptor") or {}).get("Columns") or [])
        lines = [_HEADING, _EMPTY, *map(_described, own), *block, *_formatted(answer, database)]
    else:
        lines = [*map(_described, all_columns(answer)), *block]
        if statement.form:
            lines += [_EMPTY, f"Detailed Table Information\t{_extended(answer, database)}\t"]
    return TextResult(columns, lines)


def _table(statement: Describe, context: Context) -> Mapping[str, Any]:
    database, name = context.full_name(statement.name)
    answer = context.catalog.raw_table(database, name)
    if answer is None:
        raise hive_error(f"SemanticException [Error 10001]: Table not found {name}", error_type=1006)
    return answer


def _check_partition(statement: Describe, partition: PartitionSpec, context: Context) -> None:
    database, name = context.full_name(statement.name)
    wanted = [value for _, value in partition]
    if all(list(item["Values"]) != wanted for item in context.catalog.partitions(database, name)):
        written = ", ".join(f"{column}={value}" for column, value in partition)
        raise hive_error(
            f"SemanticException [Error 10006]: Partition not found {{{written}}}", error_type=1006
        )


def _one_column(statement: Describe, answer: Mapping[str, Any], columns: list[dict[str, Any]]) -> TextResult:
    known = all_columns(answer)
    found = [column for column in known if column[0] == statement.column]
    if not found:
        fields = ", ".join(f"{index}:{name}" for index, (name, _, _) in enumerate(known))
        raise ddl_task_error(
            f"cannot find field {statement.column} from [{fields}]", category=SYSTEM_ERROR, error_type=1003
        )
    name, kind, comment = found[0]
    if statement.form == "FORMATTED":
        values = [name, kind, *[""] * 8, comment]
        return TextResult(
            [text_column(item) for item in _STATISTICS], ["\t".join(padded(value) for value in values)]
        )
    return TextResult(columns, [_described((name, kind, "from deserializer"))])


def view_columns(name: tuple[str | None, str], context: Context) -> TextResult:
    """Return the columns of a view with their types as Trino spells them."""
    source = context.catalog.table(*context.full_name(name))
    lines = [f"{column.name}\t{column.type}" for column in source.columns] if source is not None else []
    return TextResult([text_column("column", "varchar"), text_column("type", "varchar")], lines, 0)


def all_columns(answer: Mapping[str, Any]) -> list[ColumnText]:
    """Return the columns of a table, those of its partitions last."""
    storage = answer.get("StorageDescriptor") or {}
    return [
        *named_columns(storage.get("Columns") or []),
        *named_columns(answer.get("PartitionKeys") or []),
    ]


def named_columns(columns: Iterable[Mapping[str, Any]]) -> list[ColumnText]:
    """Return name, type and comment of Glue's columns."""
    return [(str(c["Name"]).lower(), str(c.get("Type") or ""), str(c.get("Comment") or "")) for c in columns]


def padded(text: str) -> str:
    """Return a text filled up with blanks."""
    return text.ljust(_WIDTH)


def _described(column: ColumnText) -> str:
    name, kind, comment = column
    return "\t".join(padded(part) for part in (name, kind, comment.split("\t")[0]))


def _seconds(moment: Any) -> int:
    return int(moment.timestamp()) if isinstance(moment, datetime) else int(moment or 0)


def _schema(columns: Iterable[ColumnText]) -> str:
    fields = (
        f"FieldSchema(name:{name}, type:{kind}, comment:{comment or 'null'})"
        for name, kind, comment in columns
    )
    return f"[{', '.join(fields)}]"


def _map(parameters: Mapping[str, Any] | None) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in sorted((parameters or {}).items())) + "}"


def _extended(answer: Mapping[str, Any], database: str) -> str:
    """Return the whole table as the text of Hive's object."""
    storage = answer.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    buckets = ", ".join(storage.get("BucketColumns") or [])
    inside = (
        f"cols:{_schema(named_columns(storage.get('Columns') or []))}, location:{storage.get('Location')},"
        f" inputFormat:{storage.get('InputFormat')}, outputFormat:{storage.get('OutputFormat')},"
        f" compressed:{str(bool(storage.get('Compressed'))).lower()}, numBuckets:{storage.get('NumberOfBuckets', 0)},"
        f" serdeInfo:SerDeInfo(name:null, serializationLib:{serde.get('SerializationLibrary')},"
        f" parameters:{_map(serde.get('Parameters'))}), bucketCols:[{buckets}], sortCols:[], parameters:{{}},"
        " skewedInfo:SkewedInfo(skewedColNames:[], skewedColValues:[], skewedColValueLocationMaps:{}),"
        " storedAsSubDirectories:false"
    )
    return (
        f"Table(tableName:{answer['Name']}, dbName:{database}, owner:{answer.get('Owner') or 'hadoop'},"
        f" createTime:{_seconds(answer.get('CreateTime'))}, lastAccessTime:0, retention:{answer.get('Retention') or 0},"
        f" sd:StorageDescriptor({inside}),"
        f" partitionKeys:{_schema(named_columns(answer.get('PartitionKeys') or []))},"
        f" parameters:{_map(answer.get('Parameters'))},"
        f" viewOriginalText:{answer.get('ViewOriginalText') or 'null'},"
        f" viewExpandedText:{answer.get('ViewExpandedText') or 'null'}, tableType:{answer.get('TableType')})"
    )


def _formatted(answer: Mapping[str, Any], database: str) -> list[str]:
    storage = answer.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    created = datetime.fromtimestamp(_seconds(answer.get("CreateTime")), UTC)
    detailed = (
        ("Database:", database),
        ("Owner:", answer.get("Owner") or "hadoop"),
        ("CreateTime:", f"{created:%a %b %d %H:%M:%S} UTC {created:%Y}"),
        ("LastAccessTime:", "UNKNOWN"),
        ("Protect Mode:", "None"),
        ("Retention:", answer.get("Retention") or 0),
        ("Location:", storage.get("Location") or ""),
        ("Table Type:", answer.get("TableType") or ""),
    )
    stored = (
        ("SerDe Library:", serde.get("SerializationLibrary") or "null"),
        ("InputFormat:", storage.get("InputFormat") or "null"),
        ("OutputFormat:", storage.get("OutputFormat") or "null"),
        ("Compressed:", "Yes" if storage.get("Compressed") else "No"),
        ("Num Buckets:", storage.get("NumberOfBuckets", 0)),
        ("Bucket Columns:", f"[{', '.join(storage.get('BucketColumns') or [])}]"),
        ("Sort Columns:", "[]"),
    )
    lines = [
        _EMPTY,
        "# Detailed Table Information\t \t ",
        *_pairs(detailed),
        "Table Parameters:\t \t ",
        *_properties(answer.get("Parameters")),
        _EMPTY,
        "# Storage Information\t \t ",
        *_pairs(stored),
    ]
    if serde.get("Parameters"):
        lines += ["Storage Desc Params:\t \t ", *_properties(serde["Parameters"])]
    if is_view(answer):
        view = (
            ("View Original Text:", answer.get("ViewOriginalText") or ""),
            ("View Expanded Text:", answer.get("ViewExpandedText") or ""),
        )
        lines += [_EMPTY, "# View Information\t \t ", *_pairs(view)]
    return lines


def _pairs(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    return [f"{padded(label)}\t{padded(str(value))}\t " for label, value in pairs]


def _properties(parameters: Mapping[str, Any] | None) -> list[str]:
    return [f"\t{padded(key)}\t{padded(str(value))}" for key, value in sorted((parameters or {}).items())]
