"""StatementType and SubstatementType of a statement, from its first words; measured for each kind of statement."""

from __future__ import annotations

import itertools

from local_aws.athena.sql.parse import leading_keywords

_SELECT_WORDS = ("SELECT", "WITH", "VALUES", "TABLE", "(")
_SHOWN = {"SCHEMAS": "DATABASES", "TBLPROPERTIES": "TABLE_PROPERTIES"}
_OWN_NAMES = {
    "MSCK": ("DDL", "MSCK_REPAIR"),
    "VACUUM": ("DML", "VACUUM_TABLE"),
    "OPTIMIZE": ("DDL", "CREATE_TABLE_AS_SELECT"),
    "EXECUTE": ("DML", "SELECT"),
    "DESCRIBE": ("UTILITY", "DESCRIBE_TABLE"),
    "DESC": ("UTILITY", "DESCRIBE_TABLE"),
}
_DML = ("INSERT", "UNLOAD", "EXPLAIN", "MERGE", "UPDATE", "DELETE")
_ALTERED = {
    ("ADD", "COLUMNS"): "ADD_COLUMN",
    ("REPLACE", "COLUMNS"): "REPLACE_COLUMN",
    ("CHANGE", "COLUMN"): "CHANGE_COLUMN",
    ("DROP", "COLUMN"): "DROP_COLUMN",
    ("RENAME", "TO"): "RENAME",
    ("SET", "TBLPROPERTIES"): "PROPERTIES",
    ("SET", "LOCATION"): "SET_LOCATION",
    ("ADD", "PARTITION"): "ADD_PARTITION",
    ("ADD", "IF"): "ADD_PARTITION",
    ("DROP", "PARTITION"): "DROP_PARTITION",
    ("DROP", "IF"): "DROP_PARTITION",
}
_WORDS_READ = 60


def classify(query: str) -> tuple[str, str]:
    """Return the statement type (DDL, DML, UTILITY) and the substatement type of a statement.

    Measured: comments are passed over, EXPLAIN is DML, DESCRIBE is DESCRIBE_TABLE, CREATE SCHEMA is CREATE_DATABASE.
    DESCRIBE and SHOW COLUMNS of a view are DESC_VIEW, which only the catalog can tell.
    """
    words = leading_keywords(query, _WORDS_READ)
    first = words[0] if words else ""
    if first in _SELECT_WORDS:
        return "DML", "SELECT"
    if first in _OWN_NAMES:
        return _OWN_NAMES[first]
    if first in _DML:
        return "DML", first
    if first == "SHOW":
        second = words[1] if len(words) > 1 else ""
        if second == "CREATE" and len(words) > 2:
            return "UTILITY", f"SHOW_CREATE_{words[2]}"
        return "UTILITY", f"SHOW_{_SHOWN.get(second, second)}"
    if first == "CREATE" and "TABLE" in words[:2] and _has_query(words):
        return "DDL", "CREATE_TABLE_AS_SELECT"
    if first == "ALTER":
        changes = (_ALTERED[pair] for pair in itertools.pairwise(words) if pair in _ALTERED)
        return "DDL", "ALTER_TABLE_" + next(changes, "OTHER")
    if first in ("CREATE", "DROP"):
        kinds = [word for word in words[1:] if word in ("TABLE", "VIEW", "DATABASE", "SCHEMA")]
        kind = "DATABASE" if kinds[:1] == ["SCHEMA"] else (kinds or ["TABLE"])[0]
        return "DDL", f"{first}_{kind}"
    return "DDL", first


def _has_query(words: list[str]) -> bool:
    """Return whether a CREATE TABLE goes on with AS and a query; the AS of STORED AS names a format."""
    return any(word == "AS" and before != "STORED" for before, word in itertools.pairwise(words))
