"""From the text of a statement to what it says. Raises `QueryError` (SYNTAX_ERROR) for what is no statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.ddl import alter, tables_reader
from local_aws.athena.ddl.cursor import Cursor
from local_aws.athena.ddl.statements import (
    AlterDatabase,
    ChangeRows,
    CreateDatabase,
    CreateView,
    Deallocate,
    Describe,
    DropDatabase,
    DropTable,
    DropView,
    Execute,
    Explain,
    Insert,
    Prepare,
    Query,
    Repair,
    Show,
    Unload,
)
from local_aws.athena.ddl.tables_reader import QUERY_WORDS
from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql.parse import Source, parse_statement
from local_aws.athena.sql.session import CATALOG_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.athena.ddl.cursor import Word
    from local_aws.athena.ddl.statements import Statement

_REFUSED = (
    "OPTIMIZE",
    "VACUUM",
    "ANALYZE",
    "GRANT",
    "REVOKE",
    "CALL",
    "TRUNCATE",
    "USE",
)
# Measured: the words that Athena lists as possible beginnings of a statement.
_KNOWN = (
    "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE',"
    " 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK',"
    " 'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', <query>"
)


def read_statement(text: str) -> Statement:
    """Read one statement of any kind; a query is checked for its grammar too."""
    cursor = Cursor(text)
    first = cursor.current
    if first is None:
        end = Source(text).position(len(text))
        raise QueryError("SYNTAX_ERROR", f"mismatched input '<EOF>'. Expecting: {_KNOWN}", end)
    word = first.raw.upper()
    if word in QUERY_WORDS:
        _check_is_whole(cursor, text)
        parse_statement(text)
        return Query(text)
    read = _READERS.get(word)
    if read is not None:
        return read(cursor)
    if word in _REFUSED:
        raise UnsupportedError(f"{word} (it needs an Iceberg table)" if word in _REFUSED[:2] else word)
    raise QueryError(
        "SYNTAX_ERROR",
        f"mismatched input '{first.raw}'. Expecting: {_KNOWN}",
        Source(text).position(first.start),
    )


def _check_is_whole(cursor: Cursor, text: str) -> None:
    """Raise `QueryError` for a query that stops at SELECT or FROM, in the words that were measured."""
    last = cursor.words[-1]
    if last.kind == "word" and last.raw.upper() == "FROM":
        raise QueryError("SYNTAX_ERROR", "Queries of this type are not supported")
    if last.kind == "word" and last.raw.upper() == "SELECT":
        raise QueryError(
            "SYNTAX_ERROR",
            "mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', <expression>",
            Source(text).position(len(text)),
        )


def _change_rows(cursor: Cursor) -> Statement:
    word = cursor.take("word").raw.upper()
    for expected in {"DELETE": ("FROM",), "MERGE": ("INTO",)}.get(word, ()):
        cursor.expect(expected)
    return ChangeRows(word, cursor.qualified_name())


def _create(cursor: Cursor) -> Statement:
    cursor.expect("CREATE")
    if cursor.at("DATABASE") or cursor.at("SCHEMA"):
        return _create_database(cursor)
    replace = cursor.accept("OR", "REPLACE")
    if cursor.accept("VIEW"):
        return _create_view(cursor, replace)
    if replace:
        raise cursor.unexpected("MATERIALIZED", "MULTI", "PROTECTED", "VIEW")
    return tables_reader.read_create_table(cursor)


def _create_database(cursor: Cursor) -> Statement:
    cursor.index += 1
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    comment = cursor.string() if cursor.accept("COMMENT") else None
    location = cursor.string() if cursor.accept("LOCATION") else None
    properties = cursor.properties() if cursor.accept("WITH", "DBPROPERTIES") else {}
    cursor.end()
    return CreateDatabase(name, if_not_exists, comment, location, properties)


def _create_view(cursor: Cursor, replace: bool) -> Statement:
    name = cursor.trino_name()
    if cursor.at("COMMENT"):
        cursor.index += 1
        cursor.string()
    cursor.expect("AS")
    tables_reader.check_query(cursor)
    offset = cursor.words[cursor.index].start
    query = cursor.rest()
    parse_statement(cursor.in_place(query, offset))
    return CreateView(name, replace, query, offset)


def _drop(cursor: Cursor) -> Statement:
    cursor.expect("DROP")
    if cursor.accept("DATABASE") or cursor.accept("SCHEMA"):
        if_exists = cursor.accept("IF", "EXISTS")
        database = cursor.name()
        cascade = cursor.accept("CASCADE")
        if not cascade:
            cursor.accept("RESTRICT")
        cursor.end()
        return DropDatabase(database, if_exists, cascade)
    is_view = cursor.accept("VIEW")
    if not is_view:
        cursor.expect("TABLE")
    if_exists = cursor.accept("IF", "EXISTS")
    name = cursor.qualified_name() if is_view else cursor.hive_name(whole=False, after="<EOF>, 'PURGE'")
    cursor.accept("PURGE")
    cursor.end()
    return DropView(name, if_exists) if is_view else DropTable(name, if_exists)


def _alter(cursor: Cursor) -> Statement:
    cursor.expect("ALTER")
    if cursor.accept("DATABASE") or cursor.accept("SCHEMA"):
        name = cursor.name()
        cursor.expect("SET", "DBPROPERTIES")
        properties = cursor.properties()
        cursor.end()
        return AlterDatabase(name, properties)
    return alter.read_alter_table(cursor)


def _msck(cursor: Cursor) -> Statement:
    cursor.expect("MSCK", "REPAIR", "TABLE")
    name = cursor.hive_name(whole=True)
    cursor.end()
    return Repair(name)


def _show(cursor: Cursor) -> Statement:
    cursor.expect("SHOW")
    if cursor.accept("DATABASES") or cursor.accept("SCHEMAS"):
        pattern = cursor.string() if cursor.accept("LIKE") else None
        cursor.end()
        return Show("DATABASES", pattern=pattern)
    for what in ("TABLES", "VIEWS"):
        if cursor.accept(what):
            database = _database(cursor) if cursor.accept("IN") or cursor.accept("FROM") else None
            cursor.accept("LIKE")
            pattern = cursor.string() if cursor.current is not None else None
            cursor.end()
            return Show(what, database=database, pattern=pattern)
    if cursor.accept("COLUMNS"):
        if not cursor.accept("IN"):
            cursor.expect("FROM")
        name = cursor.qualified_name()
        if cursor.accept("IN") or cursor.accept("FROM"):
            name = (cursor.name(), name[1])
        cursor.end()
        return Show("COLUMNS", name=name)
    if cursor.accept("TBLPROPERTIES"):
        name = cursor.hive_name(whole=False)
        key = None
        if cursor.accept("("):
            key = cursor.string()
            cursor.expect(")")
        cursor.end()
        return Show("TBLPROPERTIES", name=name, key=key)
    for words, what in ((("PARTITIONS",), "PARTITIONS"), (("CREATE", "TABLE"), "CREATE TABLE")):
        if cursor.accept(*words):
            if what == "CREATE TABLE" and cursor.current is not None and cursor.current.kind == "string":
                raise QueryError("SYNTAX_ERROR", "Queries of this type are not supported")
            name = cursor.hive_name(whole=False)
            cursor.end()
            return Show(what, name=name)
    if cursor.accept("CREATE", "VIEW"):
        name = cursor.qualified_name()
        cursor.end()
        return Show("CREATE VIEW", name=name)
    if cursor.accept("FUNCTIONS"):
        pattern = cursor.string() if cursor.accept("LIKE") else None
        cursor.end()
        return Show("FUNCTIONS", pattern=pattern)
    raise cursor.no_viable()


def _database(cursor: Cursor) -> str:
    """Read the database of SHOW TABLES, which may have its catalog in front."""
    first = cursor.current
    name = _unquoted_database(cursor, first)
    if not cursor.accept("."):
        return name
    if name != CATALOG_NAMES[0]:
        raise QueryError("DATACATALOG_NOT_FOUND", f"Catalog '{name}' does not exist")
    name = _unquoted_database(cursor, first)
    if cursor.at("."):
        raise cursor.mismatched("<EOF>, 'LIKE', STRING")
    return name


def _unquoted_database(cursor: Cursor, first: Word | None) -> str:
    word = cursor.current
    name = cursor.name()
    if word is not None and first is not None and word.kind == "string":
        raise cursor.double_quoted(word, first, whole=False)
    return name


def _describe(cursor: Cursor) -> Statement:
    cursor.index += 1
    form = next((word for word in ("EXTENDED", "FORMATTED") if cursor.accept(word)), "")
    name = cursor.qualified_name()
    partition = alter.read_partition(cursor) if cursor.at("PARTITION") else None
    column = cursor.name() if cursor.current is not None else None
    cursor.end()
    return Describe(name, form, partition, column)


def check_hive_name(text: str) -> None:
    """Raise `QueryError` when DESCRIBE or SHOW COLUMNS names a table in double quotes; a view may be named so."""
    cursor = Cursor(text)
    if cursor.accept("SHOW", "COLUMNS"):
        cursor.index += 1
        cursor.hive_name(whole=False)
    else:
        cursor.index += 1
        cursor.hive_name(whole=True)


def _insert(cursor: Cursor) -> Statement:
    cursor.expect("INSERT")
    if cursor.at("OVERWRITE"):
        raise cursor.unexpected("INTO")
    cursor.expect("INTO")
    if cursor.at("TABLE"):
        raise cursor.unexpected("a name")
    name = cursor.trino_name()
    columns: tuple[str, ...] = ()
    if cursor.at("(") and not _starts_query(cursor, 1):
        cursor.expect("(")
        listed = [cursor.name()]
        while cursor.accept(","):
            listed.append(cursor.name())
        cursor.expect(")")
        columns = tuple(listed)
    tables_reader.check_query(cursor)
    offset = cursor.words[cursor.index].start
    query = cursor.rest()
    parse_statement(cursor.in_place(query, offset))
    return Insert(name, columns, query, offset)


def _starts_query(cursor: Cursor, ahead: int) -> bool:
    index = cursor.index + ahead
    return index < len(cursor.words) and cursor.words[index].raw.upper() in QUERY_WORDS


def _unload(cursor: Cursor) -> Statement:
    cursor.expect("UNLOAD")
    start = cursor.current.end if cursor.current is not None else 0
    query = cursor.inside_parentheses()
    parse_statement(cursor.in_place(query, start))
    cursor.expect("TO")
    location = cursor.string()
    properties = tables_reader.read_with(cursor) if cursor.accept("WITH") else {}
    cursor.end()
    return Unload(query, location, properties, start)


def _prepare(cursor: Cursor) -> Statement:
    cursor.expect("PREPARE")
    name = cursor.name()
    cursor.expect("FROM")
    return Prepare(name, cursor.rest())


def _execute(cursor: Cursor) -> Statement:
    cursor.expect("EXECUTE")
    name = cursor.name()
    if not cursor.accept("USING"):
        cursor.end()
        return Execute(name, ())
    return Execute(name, tuple(split_expressions(cursor.rest())))


def split_expressions(text: str) -> list[str]:
    """Split a list of expressions at its commas, those inside parentheses and brackets apart."""
    parts: list[str] = []
    depth, start = 0, 0
    for word in Cursor(text).words:
        if word.kind != "symbol":
            continue
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word.raw, 0)
        if word.raw == "," and depth == 0:
            parts.append(text[start : word.start].strip())
            start = word.end
    return [*parts, text[start:].strip()]


def _deallocate(cursor: Cursor) -> Statement:
    cursor.expect("DEALLOCATE", "PREPARE")
    name = cursor.name()
    cursor.end()
    return Deallocate(name)


def _explain(cursor: Cursor) -> Statement:
    cursor.expect("EXPLAIN")
    analyze = cursor.accept("ANALYZE")
    cursor.accept("VERBOSE")
    options: dict[str, str] = {}
    if cursor.at("(") and not _starts_query(cursor, 1):
        for option in split_expressions(cursor.inside_parentheses()):
            key, _, value = re.sub(r"\s+", " ", option.strip()).upper().partition(" ")
            options[key] = value
    if cursor.current is None:
        raise cursor.unexpected("<query>")
    return Explain(cursor.rest(), analyze, options)


_READERS: dict[str, Callable[[Cursor], Statement]] = {
    "CREATE": _create,
    "DROP": _drop,
    "ALTER": _alter,
    "MSCK": _msck,
    "SHOW": _show,
    "DESCRIBE": _describe,
    "DESC": _describe,
    "INSERT": _insert,
    "UNLOAD": _unload,
    "PREPARE": _prepare,
    "EXECUTE": _execute,
    "DEALLOCATE": _deallocate,
    "EXPLAIN": _explain,
    **dict.fromkeys(("DELETE", "UPDATE", "MERGE"), _change_rows),
}
