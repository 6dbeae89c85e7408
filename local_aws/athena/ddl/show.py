"""SHOW and DESCRIBE, in the forms that Athena prints."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from local_aws.athena import projection
from local_aws.athena.catalog import is_view, table_definition
from local_aws.athena.ddl.context import (
    TextResult,
    database_missing,
    ddl_task_error,
    hive_error,
    text_column,
)
from local_aws.athena.ddl.describe import all_columns, named_columns, padded, view_columns
from local_aws.athena.ddl.functions import show_functions
from local_aws.athena.ddl.view_lines import view_lines
from local_aws.athena.ddl.views import view_text
from local_aws.athena.partitions import hive_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import Show


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
    names = [item["Name"] for item in context.catalog.databases()]
    if statement.pattern is not None:
        names = _whole_names(names, statement.pattern)
    return TextResult([text_column("database_name")], names, 0)


def _whole_names(names: list[str], pattern: str) -> list[str]:
    """Return the names that a Java regular expression matches whole; measured: `*` alone stands for all of them."""
    if pattern == "*":
        return names
    try:
        return [name for name in names if re.fullmatch(pattern, name)]
    except re.error as error:
        raise ddl_task_error(
            f"java.util.regex.PatternSyntaxException: {_pattern_problem(pattern, error)}"
        ) from None


def _pattern_problem(pattern: str, error: re.error) -> str:
    if pattern.startswith(("*", "+", "?")):
        return f"Dangling meta character '{pattern[0]}' near index 0\n{pattern}\n^"
    return f"{error} near index {error.pos or 0}\n{pattern}"


def _tables(statement: Show, context: Context) -> TextResult:
    database = statement.database or context.database
    if not context.catalog.has_database(database):
        raise database_missing(database)
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
        return view_columns(statement.name, context)
    return TextResult([text_column("field")], [padded(name) for name, _, _ in all_columns(answer)], 0)


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
        raise ddl_task_error(f"Table {name} is not a partitioned table")
    keys = [column.name for column in definition.partition_columns]
    if projection.is_projected(definition):
        # AWS rule: SHOW PARTITIONS lists the catalog's partitions, which projection does not use, reference 9.5.
        context.warnings.append("the table uses partition projection")
    values = sorted(tuple(item["Values"]) for item in context.catalog.partitions(database, name))
    return TextResult([text_column("partition")], [hive_path(keys, item).rstrip("/") for item in values], 0)


def _table_properties(statement: Show, context: Context) -> TextResult:
    if statement.name is None:
        return TextResult()
    properties = dict(context.table(statement.name, error_type=1301).get("Parameters") or {})  # measured
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
    shown = name if statement.name[0] is None else f"{database}.{name}"
    return TextResult([text_column("createtab_stmt")], create_table_lines(shown, answer))


def create_table_lines(name: str, answer: Mapping[str, Any]) -> list[str]:
    """Write the statement that makes a table, line by line, as Hive does."""
    storage = answer["StorageDescriptor"]
    serde = storage.get("SerdeInfo") or {}
    lines = [f"CREATE EXTERNAL TABLE `{name}`(", *_column_lines(named_columns(storage.get("Columns") or []))]
    parameters = dict(answer.get("Parameters") or {})
    if parameters.get("comment"):
        lines.append(f"COMMENT {_quoted(parameters['comment'])}")
    partitions = named_columns(answer.get("PartitionKeys") or [])
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
    serde_parameters = _without_default(serde.get("Parameters") or {})
    if serde_parameters:
        lines += ["WITH SERDEPROPERTIES ( ", *_property_lines(serde_parameters)]
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


def _without_default(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the properties of a SerDe without `serialization.format` where it is Hive's default."""
    return {key: value for key, value in parameters.items() if (key, value) != ("serialization.format", "1")}


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
    lines = [f"CREATE VIEW {database}.{name} AS", *view_lines(view_text(database, name, context))]
    return TextResult([text_column("create view", "varchar")], lines, 0)


def _functions(statement: Show, _: Context) -> TextResult:
    return show_functions(statement.pattern)


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
