"""UNNEST of arrays, of maps (key and value) and of arrays of rows (one column per field)."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError
from local_aws.athena.sql import types
from local_aws.athena.sql.types import quote, row_field_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.typed import Typed
    from local_aws.athena.sql.types import Type


def unnest_text(
    values: Sequence[Typed], ordinality: bool, position: Position | None
) -> tuple[str, list[Type]]:
    """Give the query that yields one row per element, with columns c1, c2, …, and the types of its columns.

    Several arrays run side by side; the shorter ones are filled up with NULL. Ordinality counts from 1.
    """
    inner: list[str] = []
    outer: list[str] = []
    kinds: list[Type] = []
    lengths: list[str] = []
    for number, value in enumerate(values, start=1):
        column = f"u{number}"
        if value.type.name == "map":
            inner.append(
                f"unnest(map_keys({value.sql})) AS {column}k, unnest(map_values({value.sql})) AS {column}v"
            )
            outer += [f"{column}k", f"{column}v"]
            kinds += list(value.type.arguments)
            lengths.append(f"cardinality({value.sql})")
            continue
        if value.type.name != "array":
            raise QueryError("TYPE_MISMATCH", f"Cannot unnest type: {value.type}", position)
        element = value.type.arguments[0]
        inner.append(f"unnest({value.sql}) AS {column}")
        lengths.append(f"len({value.sql})")
        if element.name == "row":
            outer += [f"({column}).{quote(name)}" for name in row_field_names(element)]
            kinds += list(element.arguments)
        else:
            outer.append(column)
            kinds.append(element)
    if ordinality:
        longest = f"greatest({', '.join(f'coalesce({text}, 0)' for text in lengths)})"
        inner.append(f"unnest(range(1, {longest} + 1)) AS u_position")
        outer.append("u_position")
        kinds.append(types.BIGINT)
    columns = ", ".join(f"{text} AS c{index}" for index, text in enumerate(outer, start=1))
    return f"SELECT {columns} FROM (SELECT {', '.join(inner)})", kinds
