"""CREATE TABLE in both of its forms: Hive's with columns, and Trino's AS a query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.ddl.formats import (
    FORMATS,
    JSON_OUTPUT,
    OPENX_JSON,
    TEXT_INPUT,
    TEXT_OUTPUT,
    format_named,
)
from local_aws.athena.ddl.statements import (
    ColumnDefinition,
    CreateTable,
    CreateTableAs,
    StorageFormat,
)
from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql.parse import parse_statement
from local_aws.athena.sql.type_text import parse_type

if TYPE_CHECKING:
    from local_aws.athena.ddl.cursor import Cursor
    from local_aws.athena.ddl.statements import Name, Statement


QUERY_WORDS = ("SELECT", "WITH", "VALUES", "TABLE", "(")
_HIVE_TYPES = frozenset(
    {
        *("boolean", "tinyint", "smallint", "int", "integer", "bigint", "float", "double", "decimal"),
        *("string", "varchar", "char", "binary", "date", "timestamp", "array", "map", "struct"),
    }
)


def read_create_table(cursor: Cursor) -> Statement:
    """Read what comes after CREATE."""
    external = cursor.accept("EXTERNAL")
    cursor.expect("TABLE")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    start = cursor.index
    name = cursor.qualified_name()
    words = cursor.words[start : cursor.index]
    if not external and (cursor.at("WITH") or cursor.at("AS")):
        cursor.index = start
        name = cursor.trino_name()
        return _read_as(cursor, name, if_not_exists)
    for word in words:
        if word.kind == "string":
            raise cursor.double_quoted(word, words[0], whole=True)
    columns: tuple[ColumnDefinition, ...] = ()
    if cursor.at("("):
        columns = read_columns(cursor) if external else _read_unchecked_columns(cursor)
    if not external and cursor.at("AS"):
        raise UnsupportedError("CREATE TABLE AS with a list of column names")
    return _read_external(cursor, name, if_not_exists, columns, external)


def _read_unchecked_columns(cursor: Cursor) -> tuple[ColumnDefinition, ...]:
    """Read the columns of a CREATE TABLE without EXTERNAL, whose types Athena does not look at. Measured: section 9."""
    cursor.expect("(")
    columns: list[ColumnDefinition] = []
    while True:
        name = cursor.take("word", "quoted").text.lower()
        kind = _type_words(cursor)
        if cursor.at("NOT"):
            raise _refused_constraint(cursor)
        columns.append(ColumnDefinition(name, kind, cursor.string() if cursor.accept("COMMENT") else None))
        if cursor.accept(")"):
            break
        if not cursor.accept(","):
            raise cursor.no_viable()
    if cursor.at("WITH"):
        raise cursor.no_viable()
    return tuple(columns)


def _refused_constraint(cursor: Cursor) -> QueryError:
    """Return the refusal of NOT NULL. Measured: with a LOCATION further on it is Trino's, which stops there."""
    for index in range(cursor.index, len(cursor.words)):
        if cursor.words[index].raw.upper() == "LOCATION":
            cursor.index = index
            return cursor.unexpected("COMMENT", "WITH", "<EOF>")
    return cursor.no_viable()


def _read_as(cursor: Cursor, name: Name, if_not_exists: bool) -> Statement:
    properties = read_with(cursor) if cursor.accept("WITH") else {}
    cursor.expect("AS")
    check_query(cursor)
    offset = cursor.words[cursor.index].start
    query = cursor.rest()
    with_data = True
    words = query.upper().split()
    if words[-2:] == ["NO", "DATA"] or words[-2:] == ["WITH", "DATA"]:
        with_data = words[-2] != "NO"
        query = query[: query.upper().rindex("WITH")]
    parse_statement(cursor.in_place(query, offset))
    return CreateTableAs(name, if_not_exists, properties, query, with_data, offset)


def check_query(cursor: Cursor) -> None:
    """Raise `QueryError` unless a query comes next: CREATE TABLE AS of another statement is refused at the start."""
    word = cursor.current
    if word is None or word.raw.upper() not in QUERY_WORDS:
        raise cursor.unexpected("<query>")


def read_with(cursor: Cursor) -> dict[str, str]:
    """Read `(key = expression, ...)`; keys in lower case, expressions as texts."""
    from local_aws.athena.ddl.reader import split_expressions

    found: dict[str, str] = {}
    for item in split_expressions(cursor.inside_parentheses()):
        key, equals, value = item.partition("=")
        if not equals:
            raise QueryError(
                "SYNTAX_ERROR", f"mismatched input in WITH: {item!r}. Expecting: property = value"
            )
        found[key.strip().strip('"').lower()] = value.strip()
    return found


def read_columns(cursor: Cursor) -> tuple[ColumnDefinition, ...]:
    """Read `(name type [COMMENT 'text'], ...)`."""
    cursor.expect("(")
    columns = [read_column(cursor)]
    while cursor.accept(","):
        columns.append(read_column(cursor))
    cursor.expect(")")
    return tuple(columns)


def read_column(cursor: Cursor) -> ColumnDefinition:
    """Read `name type [COMMENT 'text']`."""
    name = cursor.take("word", "quoted").text.lower()
    kind = _read_type(cursor)
    comment = cursor.string() if cursor.accept("COMMENT") else None
    return ColumnDefinition(name, kind, comment)


def _type_words(cursor: Cursor) -> str:
    """Return the text of a type, whatever it is: one word, and what stands in brackets behind it."""
    cursor.accept(":")  # struct fields may be written `a: int`
    first = cursor.take("word", "quoted")
    end, depth = first.end, 0
    while cursor.current is not None:
        word = cursor.current
        if depth == 0 and word.raw not in ("<", "("):
            break
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(word.raw, 0)
        end = word.end
        cursor.index += 1
        if depth == 0:
            break
    return cursor.text[first.start : end]


def _read_type(cursor: Cursor) -> str:
    """Give the text of a Hive type."""
    text = _type_words(cursor)
    compact = "".join(text.lower().split())
    try:
        parse_type(text.lower())
    except ValueError as error:
        raise QueryError("SYNTAX_ERROR", f"{error}") from None
    _check_hive_type(compact)
    return compact


def _check_hive_type(text: str) -> None:
    """Raise `QueryError` for a type that Hive has not: `json`, `array(int)`, `varchar` without a length."""
    for match in re.finditer(r"(`[^`]*`|\w+)(.?)", text):
        word, following = match.groups()
        if following == ":" or word.isdigit():  # the name of a struct's field, or a length
            continue
        opening = {"array": "<", "map": "<", "struct": "<", "varchar": "(", "char": "("}.get(word)
        if word not in _HIVE_TYPES or (opening is not None and following != opening):
            raise QueryError("SYNTAX_ERROR", f"{text!r} is no type of Hive: {word!r}")


def _read_external(
    cursor: Cursor, name: Name, if_not_exists: bool, columns: tuple[ColumnDefinition, ...], external: bool
) -> Statement:
    comment = cursor.squeezed() if cursor.accept("COMMENT") else None
    partitions = read_columns(cursor) if cursor.accept("PARTITIONED", "BY") else ()
    bucket_columns, bucket_count = _read_buckets(cursor)
    serde, parameters = _read_row_format(cursor)
    storage = _read_stored_as(cursor, serde, parameters)
    if cursor.accept("WITH", "SERDEPROPERTIES"):
        storage = StorageFormat(
            storage.input_format,
            storage.output_format,
            storage.serde,
            {**storage.parameters, **cursor.properties()},
        )
    location = cursor.string() if cursor.accept("LOCATION") else None
    properties = cursor.properties() if cursor.accept("TBLPROPERTIES") else {}
    cursor.end()
    if properties.get("table_type", "").upper() == "ICEBERG":
        raise UnsupportedError("CREATE TABLE of an Iceberg table")
    if location is None:
        raise QueryError(
            "SYNTAX_ERROR", "No location was specified for table. An S3 location must be specified"
        )
    if not external:
        raise QueryError("SYNTAX_ERROR", "External keyword required for table type HIVE")
    return CreateTable(
        name=name,
        if_not_exists=if_not_exists,
        columns=columns,
        partitions=partitions,
        comment=comment,
        storage=storage,
        location=location,
        properties=properties,
        bucket_columns=bucket_columns,
        bucket_count=bucket_count,
    )


def _read_buckets(cursor: Cursor) -> tuple[tuple[str, ...], int]:
    if not cursor.accept("CLUSTERED", "BY"):
        return (), 0
    cursor.expect("(")
    columns = [cursor.name()]
    while cursor.accept(","):
        columns.append(cursor.name())
    cursor.expect(")")
    cursor.expect("INTO")
    count = cursor.number()
    cursor.expect("BUCKETS")
    return tuple(columns), count


def _read_row_format(cursor: Cursor) -> tuple[str | None, dict[str, str]]:
    if not cursor.accept("ROW", "FORMAT"):
        return None, {}
    if cursor.accept("SERDE"):
        serde = cursor.string()
        return serde, cursor.properties() if cursor.accept("WITH", "SERDEPROPERTIES") else {}
    cursor.expect("DELIMITED")
    parameters: dict[str, str] = {}
    while True:
        if cursor.accept("FIELDS", "TERMINATED", "BY"):
            delimiter = cursor.string()
            parameters["field.delim"] = delimiter
            parameters["serialization.format"] = delimiter
            if cursor.accept("ESCAPED", "BY"):
                parameters["escape.delim"] = cursor.string()
        elif cursor.accept("COLLECTION", "ITEMS", "TERMINATED", "BY"):
            parameters["collection.delim"] = cursor.string()
        elif cursor.accept("MAP", "KEYS", "TERMINATED", "BY"):
            parameters["mapkey.delim"] = cursor.string()
        elif cursor.accept("LINES", "TERMINATED", "BY"):
            parameters["line.delim"] = cursor.string()
        elif cursor.accept("NULL", "DEFINED", "AS"):
            parameters["serialization.null.format"] = cursor.string()
        else:
            return None, parameters


def _read_stored_as(cursor: Cursor, serde: str | None, parameters: dict[str, str]) -> StorageFormat:
    if cursor.accept("STORED", "AS"):
        if cursor.accept("INPUTFORMAT"):
            input_format = cursor.string()
            cursor.expect("OUTPUTFORMAT")
            base = StorageFormat(input_format, cursor.string(), serde or FORMATS["TEXTFILE"].serde)
        else:
            base = format_named(cursor.take("word").text)
    else:
        base = FORMATS["TEXTFILE"] if serde is None else _format_of_serde(serde)
    chosen = serde or base.serde
    if "serialization.format" not in parameters and "csv" not in chosen.lower():
        parameters = {"serialization.format": "1", **parameters}
    return StorageFormat(base.input_format, base.output_format, chosen, parameters)


def _format_of_serde(serde: str) -> StorageFormat:
    for known in FORMATS.values():
        if known.serde == serde and known.input_format != TEXT_INPUT:
            return known
    return StorageFormat(TEXT_INPUT, JSON_OUTPUT if serde == OPENX_JSON else TEXT_OUTPUT, serde)
