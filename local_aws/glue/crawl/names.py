"""Names of tables and partition columns, made from names of folders and objects."""

from __future__ import annotations

import hashlib
import re

_NOT_IN_NAMES = re.compile(r"[^a-z0-9_]")
# What the API's model calls a single-line string is all a name may have.
_NOT_IN_COLUMNS = re.compile(r"[^\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF\t]")
_LONGEST = 255


def cleaned(name: str) -> str:
    """Give a name in lower case, with an underscore for whatever is neither letter nor digit."""
    return _NOT_IN_NAMES.sub("_", name.lower()) or "_"


def column_name(name: str) -> str:
    """Give the name of a column: in lower case, without what the catalog does not take."""
    return _NOT_IN_COLUMNS.sub("_", name.lower())[:_LONGEST] or "_"


def table_name(prefix: str, folder: str) -> str:
    """Give the name of the table for a folder or object, behind the crawler's prefix."""
    return f"{prefix.lower()}{cleaned(folder)}"[:_LONGEST]


def distinct(name: str, location: str) -> str:
    """Give the name of a table whose plain name another table has: the location's hash makes the difference."""
    digest = hashlib.md5(location.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: _LONGEST - len(digest) - 1]}_{digest}"
