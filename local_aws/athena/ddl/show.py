"""SHOW and DESCRIBE, in the forms that Athena prints."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from local_aws.athena import projection
from local_aws.athena.catalog import is_view, table_definition
from local_aws.athena.ddl.context import TextResult, hive_error, text_column
from local_aws.athena.ddl.views import view_text
from local_aws.athena.partitions import hive_path
from local_aws.athena.sql.functions import SCALARS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import Describe, Show

# Measured: names, types and comments are filled up with blanks to this width, and never cut.
_WIDTH = 20
_PARTITION_HEADING = (
    "\t \t ",
    "# Partition Information\t \t ",
    "# col_name            \tdata_type           \tcomment             ",
    "\t \t ",
)


def show(statement: Show, context: Context) -> TextResult:
    """Answer a SHOW statement."""
    return _SHOWN[statement.what](statement, context)


def _matching(names: Iterable[str], pattern: str | None) -> list[str]:
    """Keep the names that a pattern of Hive matches: `*` stands for anything, `|` separates alternatives."""
    if pattern is None:
        return list(names)
    alternatives = [part.lower() for part in pattern.split("|")]
    return [name for name in names if any(_fits(name.lower(), part) for part in alternatives)]


def _fits(name: str, pattern: str) -> bool:
    if ".*" in pattern or "[" in pattern:
        return re.fullmatch(pattern.replace("%", ".*"), name) is not None
    return fnmatchcase(name, pattern)


def _databases(statement: Show, context: Context) -> TextResult:
    names = _matching((item["Name"] for item in context.catalog.databases()), statement.pattern)
    return TextResult([text_column("database_name")], names, 0)


def _tables(statement: Show, context: Context) -> TextResult:
    database = statement.database or context.database
    if not context.catalog.has_database(database):
        raise hive_error(f"SemanticException [Error 10072]: Database does not exist: {database}")
    names = _matching((item["Name"] for item in context.catalog.tables(database)), statement.pattern)
    return TextResult([text_column("tab_name")], names, 0)


def _views(statement: Show, context: Context) -> TextResult:
    database = statement.database or context.database
    views = (item["Name"] for item in context.catalog.tables(database) if is_view(item))
    return TextResult([text_column("views", "varchar")], _matching(views, statement.pattern), 0)


def _columns(statement: Show, context: Context) -> TextResult:
    if statement.name is None:
        return TextResult()
    answer = context.table(statement.name)
    if is_view(answer):
        return _view_columns(statement.name, context)
    return TextResult([text_column("field")], [_padded(name) for name, _, _ in _all_columns(answer)], 0)


def _view_columns(name: tuple[str | None, str], context: Context) -> TextResult:
    source = context.catalog.table(*context.full_name(name))
    lines = [f"{column.name}\t{column.type}" for column in source.columns] if source is not None else []
    return TextResult([text_column("column", "varchar"), text_column("type", "varchar")], lines, 0)


def _all_columns(answer: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    storage = answer.get("StorageDescriptor") or {}
    return [*_named(storage.get("Columns") or []), *_named(answer.get("PartitionKeys") or [])]


def _named(columns: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    return [(str(c["Name"]).lower(), str(c.get("Type") or ""), str(c.get("Comment") or "")) for c in columns]


def _padded(text: str) -> str:
    return text.ljust(_WIDTH)


def _partitions(statement: Show, context: Context) -> TextResult:
    if statement.name is None:
        return TextResult()
    answer = context.table(statement.name)
    database, name = context.full_name(statement.name)
    if is_view(answer):
        raise hive_error(
            f"SemanticException [Error 10111]: {database}.{name} is a view; it has no partitions"
        )
    definition = table_definition(database, answer)
    if not definition.partition_columns:
        raise hive_error(
            "Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
            f" Table {name} is not a partitioned table"
        )
    keys = [column.name for column in definition.partition_columns]
    if projection.is_projected(definition):
        # AWS rule: SHOW PARTITIONS lists the catalog's partitions, which projection does not use, reference 9.5.
        context.warnings.append("the table uses partition projection")
    values = sorted(tuple(item["Values"]) for item in context.catalog.partitions(database, name))
    return TextResult([text_column("partition")], [hive_path(keys, item).rstrip("/") for item in values], 0)


def _table_properties(statement: Show, context: Context) -> TextResult:
    if statement.name is None:
        return TextResult()
    properties = dict(context.table(statement.name).get("Parameters") or {})
    columns = [text_column("prpt_name"), text_column("prpt_value")]
    if statement.key is not None:
        if statement.key not in properties:
            database, name = context.full_name(statement.name)
            return TextResult(
                columns, [f"Table {database}.{name} does not have property: {statement.key}"], 0
            )
        return TextResult(columns, [f"{properties[statement.key]}\t "], 0)
    return TextResult(columns, [f"{key}\t{value}" for key, value in sorted(properties.items())], 0)


def _create_table(statement: Show, context: Context) -> TextResult:
    if statement.name is None:
        return TextResult()
    answer = context.table(statement.name)
    database, name = context.full_name(statement.name)
    if is_view(answer):
        raise hive_error(
            f"SemanticException [Error 10002]: {database}.{name} is a view; write SHOW CREATE VIEW"
        )
    return TextResult([text_column("createtab_stmt")], create_table_lines(name, answer))


def create_table_lines(name: str, answer: Mapping[str, Any]) -> list[str]:
    """Write the statement that makes a table, line by line, as Hive does."""
    storage = answer["StorageDescriptor"]
    serde = storage.get("SerdeInfo") or {}
    lines = [f"CREATE EXTERNAL TABLE `{name}`(", *_column_lines(_named(storage.get("Columns") or []))]
    parameters = dict(answer.get("Parameters") or {})
    if parameters.get("comment"):
        lines.append(f"COMMENT {_quoted(parameters['comment'])}")
    partitions = _named(answer.get("PartitionKeys") or [])
    if partitions:
        lines += ["PARTITIONED BY ( ", *_column_lines(partitions)]
    if storage.get("BucketColumns"):
        lines += [
            "CLUSTERED BY ( ",
            *[
                f"  {column}{',' if column != storage['BucketColumns'][-1] else ') '}"
                for column in storage["BucketColumns"]
            ],
            f"INTO {storage.get('NumberOfBuckets', 0)} BUCKETS",
        ]
    lines += ["ROW FORMAT SERDE ", f"  {_quoted(serde.get('SerializationLibrary') or '')} "]
    if serde.get("Parameters"):
        lines += ["WITH SERDEPROPERTIES ( ", *_property_lines(serde["Parameters"])]
    lines += [
        "STORED AS INPUTFORMAT ",
        f"  {_quoted(storage.get('InputFormat') or '')} ",
        "OUTPUTFORMAT ",
        f"  {_quoted(storage.get('OutputFormat') or '')}",
        "LOCATION",
        f"  {_quoted(storage.get('Location') or '')}",
    ]
    shown = {key: value for key, value in parameters.items() if key not in ("EXTERNAL", "comment")}
    if shown:
        lines += ["TBLPROPERTIES (", *_property_lines(shown)]
        lines[-1] = lines[-1].rstrip()
    return lines


def _column_lines(columns: list[tuple[str, str, str]]) -> list[str]:
    lines = []
    for index, (name, kind, comment) in enumerate(columns):
        ending = ")" if index == len(columns) - 1 else ", "
        lines.append(f"  `{name}` {kind}" + (f" COMMENT {_quoted(comment)}" if comment else "") + ending)
    return lines


def _property_lines(properties: Mapping[str, str]) -> list[str]:
    items = sorted(properties.items())
    return [
        f"  {_quoted(key)}={_quoted(value)}{') ' if index == len(items) - 1 else ', '}"
        for index, (key, value) in enumerate(items)
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _create_view(statement: Show, context: Context) -> TextResult:
    if statement.name is None:
        return TextResult()
    database, name = context.full_name(statement.name)
    lines = [f"CREATE VIEW {name} AS", *view_text(database, name, context).split("\n")]
    return TextResult([text_column("create view", "varchar")], lines, 0)


def _functions(statement: Show, _: Context) -> TextResult:
    names = [name for name in SCALARS.names if statement.pattern is None or _like(name, statement.pattern)]
    return TextResult([text_column("Function", "varchar")], names, 0)


def _like(name: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), name) is not None


_SHOWN: Mapping[str, Callable[[Show, Context], TextResult]] = {
    "DATABASES": _databases,
    "TABLES": _tables,
    "VIEWS": _views,
    "COLUMNS": _columns,
    "PARTITIONS": _partitions,
    "TBLPROPERTIES": _table_properties,
    "CREATE TABLE": _create_table,
    "CREATE VIEW": _create_view,
    "FUNCTIONS": _functions,
}


def describe(statement: Describe, context: Context) -> TextResult:
    """Answer DESCRIBE: name, type and comment of each column, and once more for partition columns."""
    answer = context.table(statement.name)
    if is_view(answer):
        return _view_columns(statement.name, context)
    columns = [text_column("col_name"), text_column("data_type"), text_column("comment")]
    lines = [_described(column) for column in _all_columns(answer)]
    partitions = _named(answer.get("PartitionKeys") or [])
    if partitions:
        lines += [*_PARTITION_HEADING, *(_described(column) for column in partitions)]
    if statement.extended:
        lines += _details(answer, context.full_name(statement.name)[0])
    return TextResult(columns, lines)


def _described(column: tuple[str, str, str]) -> str:
    return "\t".join(_padded(part) for part in column)


def _details(answer: Mapping[str, Any], database: str) -> list[str]:
    storage = answer.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    pairs = [
        ("Database:", database),
        ("Table Type:", answer.get("TableType") or ""),
        ("Location:", storage.get("Location") or ""),
        ("SerDe Library:", serde.get("SerializationLibrary") or ""),
        ("InputFormat:", storage.get("InputFormat") or ""),
        ("OutputFormat:", storage.get("OutputFormat") or ""),
    ]
    lines = [
        "\t \t ",
        "# Detailed Table Information\t \t ",
        *(f"{_padded(k)}\t{_padded(v)}\t " for k, v in pairs),
    ]
    lines.append("Table Parameters:\t \t ")
    for key, value in sorted((answer.get("Parameters") or {}).items()):
        lines.append(f"\t{_padded(key)}\t{_padded(value)}")
    return lines
