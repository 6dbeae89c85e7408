"""The GROUP BY clause: expressions, ordinals, grouping sets, cube and rollup."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_aws.athena.sql.expressions import Compiler

    Key = Callable[[exp.Expr], str]


def group_by(compiler: Compiler, node: exp.Select, items: Sequence[exp.Expr | Typed]) -> tuple[set[str], str]:
    """Give the grouping expressions of a query as compiled text, and the text of its clause.

    AWS rule: an output name is not seen here, only columns and ordinals are; Trino resolves it so.
    """
    group = node.args.get("group")
    if group is None:
        return set(), ""
    inside = replace(compiler, clause="GROUP BY clause")
    keys: set[str] = set()
    parts: list[str] = []

    def key(item: exp.Expr) -> str:
        value = _key(inside, item, items)
        if not value.type.is_comparable:
            raise QueryError(
                "TYPE_MISMATCH",
                f"{value.type} is not comparable, and therefore cannot be used in GROUP BY",
                compiler.place(item),
            )
        keys.add(value.sql)
        # A literal in DuckDB's GROUP BY would be read as the position of a column.
        return f"({value.sql} || '')" if isinstance(value.literal, str) else _not_a_position(value)

    for item in group.expressions:
        if isinstance(item, exp.Cube | exp.Rollup | exp.GroupingSets):
            parts.append(_sets(item, key))
        else:
            parts.append(key(item))
    for name in ("cube", "rollup", "grouping_sets"):
        parts += [_sets(item, key) for item in group.args.get(name) or []]
    return keys, " GROUP BY " + ", ".join(parts)


def _not_a_position(value: Typed) -> str:
    return f"CAST({value.sql} AS BIGINT)" if isinstance(value.literal, int) else value.sql


def _key(compiler: Compiler, item: exp.Expr, items: Sequence[exp.Expr | Typed]) -> Typed:
    if isinstance(item, exp.Literal) and not item.is_string and item.this.isdigit():
        position = int(item.this)
        if not 1 <= position <= len(items):
            raise QueryError(
                "INVALID_COLUMN_REFERENCE",
                f"GROUP BY position {position} is not in select list",
                compiler.place(item),
            )
        chosen = items[position - 1]
        return chosen if isinstance(chosen, Typed) else compiler.compile(chosen)
    return compiler.compile(item)


def _sets(item: exp.Expr, key: Key) -> str:
    word = (
        "CUBE"
        if isinstance(item, exp.Cube)
        else "ROLLUP"
        if isinstance(item, exp.Rollup)
        else "GROUPING SETS"
    )
    return f"{word} ({', '.join(_one_set(member, key) for member in item.expressions)})"


def _one_set(member: exp.Expr, key: Key) -> str:
    if isinstance(member, exp.Tuple):
        return "(" + ", ".join(key(inner) for inner in member.expressions) + ")"
    if isinstance(member, exp.Paren):
        return f"({key(member.this)})"
    if isinstance(member, exp.Cube | exp.Rollup):
        return _sets(member, key)
    return key(member)
