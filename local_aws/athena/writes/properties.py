"""The properties in WITH (…) of CREATE TABLE AS and UNLOAD: texts, lists of texts, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.ddl.cursor import Cursor
from local_aws.athena.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def text(properties: Mapping[str, str], *names: str) -> str | None:
    """Give a property that is a text, under the first of its names that is there."""
    for name in names:
        if name in properties:
            cursor = Cursor(properties[name])
            value = cursor.string()
            cursor.end()
            return value
    return None


def names(properties: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Give a property that is ARRAY['a', 'b'], in lower case."""
    if key not in properties:
        return ()
    cursor = Cursor(properties[key])
    cursor.expect("ARRAY", "[")
    found = [cursor.string().lower()]
    while cursor.accept(","):
        found.append(cursor.string().lower())
    cursor.expect("]")
    cursor.end()
    return tuple(found)


def number(properties: Mapping[str, str], key: str) -> int | None:
    """Give a property that is a whole number."""
    if key not in properties:
        return None
    cursor = Cursor(properties[key])
    value = cursor.number()
    cursor.end()
    return value


def check_known(properties: Mapping[str, str], known: Sequence[str], statement: str) -> None:
    """Raise `QueryError` for a property that the statement does not have."""
    for key in properties:
        if key not in known:
            raise QueryError(
                "INVALID_TABLE_PROPERTY",
                f"{statement} property '{key}' does not exist; allowed are {', '.join(known)}",
            )
