"""The text of a statement: how many statements it holds, and how GetQueryExecution echoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.ddl.cursor import Cursor
from local_aws.athena.errors import QueryError
from local_aws.athena.sql.parse import semicolons

if TYPE_CHECKING:
    from local_aws.athena.ddl.cursor import Word

# Measured: of these statements Athena cuts the catalog in front of a name from the text that it keeps.
_NAME_AFTER: tuple[tuple[str, ...], ...] = (
    ("DESCRIBE", "EXTENDED"),
    ("DESCRIBE", "FORMATTED"),
    ("DESC", "EXTENDED"),
    ("DESC", "FORMATTED"),
    ("DESCRIBE",),
    ("DESC",),
    ("SHOW", "COLUMNS", "IN"),
    ("SHOW", "COLUMNS", "FROM"),
    ("SHOW", "CREATE", "TABLE"),
    ("SHOW", "TABLES", "IN"),
    ("SHOW", "TABLES", "FROM"),
    ("SHOW", "TBLPROPERTIES"),
    ("ALTER", "TABLE"),
    ("DROP", "TABLE", "IF", "EXISTS"),
    ("DROP", "TABLE"),
    ("MSCK", "REPAIR", "TABLE"),
)
_CATALOG = "awsdatacatalog"


def single_statement(text: str) -> str:
    """Return the one statement of a text, without the white space and the semicolons around it.

    A semicolon in a string, a quoted name or a comment separates nothing; a comment behind one is a second statement.
    Raises `QueryError` (SYNTAX_ERROR) for none and for several. Measured.
    """
    parts, start = [], 0
    for offset in semicolons(text):
        parts.append(text[start:offset])
        start = offset + 1
    parts.append(text[start:])
    found = [part.strip() for part in parts if part.strip()]
    if len(found) > 1:
        raise QueryError("SYNTAX_ERROR", f"Only one sql statement is allowed. Got: {text.rstrip()}")
    if not found and len(parts) > 1:
        raise QueryError("SYNTAX_ERROR", f"Empty sql statement: {text.strip()}")
    return found[0] if found else ""


def echoed(query: str, database: str | None) -> tuple[str, str | None]:
    """Return the text and the database of a statement as GetQueryExecution has them.

    Measured: `awsdatacatalog.` is cut from names in statements of the Hive side, and the database is then the one in
    the name; DESCRIBE of a table loses its database too.
    """
    cursor = Cursor(query)
    for words in _NAME_AFTER:
        if cursor.accept(*words):
            return _without_catalog(query, cursor.words[cursor.index :], words, database)
    return query, database


def _without_catalog(
    query: str, rest: list[Word], before: tuple[str, ...], database: str | None
) -> tuple[str, str | None]:
    parts: list[Word] = []
    for index, word in enumerate(rest):
        if index % 2 == 0 and word.kind in ("word", "quoted", "string"):
            parts.append(word)
        elif word.raw != ".":
            break
    names_database = before[:2] == ("SHOW", "TABLES")
    if not parts or parts[0].text.lower() != _CATALOG or len(parts) < (2 if names_database else 3):
        return query, database
    kept = parts[2] if before[0] in ("DESCRIBE", "DESC") else parts[1]
    return query[: parts[0].start] + query[kept.start :], parts[1].text.lower()
