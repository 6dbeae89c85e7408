"""The GROUP BY clause: expressions, ordinals, grouping sets, cube and rollup; and grouped queries in two steps.

A grouped query is written as a query of its keys and aggregates with the rest of the expressions around it: every
aggregate is computed once, and what is done with it afterwards is done with a plain column.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.operators import key_of
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.scope import Field, Scope

    Key = Callable[[exp.Expr], str]

_AGGREGATED = re.compile(r"\.a\d+$")


@dataclass
class Grouping:
    """The keys and aggregates of a grouped query: the columns of its inner query, `k1` … and `a1` … of `alias`."""

    alias: str
    keys: dict[str, Typed] = field(default_factory=dict)
    aggregates: dict[str, Typed] = field(default_factory=dict)

    def add_key(self, key: Typed) -> None:
        """Take a grouping expression in."""
        self.keys.setdefault(key.sql, Typed(f'"{self.alias}".k{len(self.keys) + 1}', key.type))

    def key(self, sql: str) -> Typed | None:
        """Give the column of a grouping expression, by its compiled text; None when it is none."""
        return self.keys.get(sql)

    def aggregate(self, value: Typed) -> Typed:
        """Give the column of an aggregate."""
        return self.aggregates.setdefault(
            value.sql, Typed(f'"{self.alias}".a{len(self.aggregates) + 1}', value.type)
        )

    def columns(self) -> str:
        """Write the select list of the inner query."""
        pairs = [*self.keys.items(), *self.aggregates.items()]
        texts = [f"{_column_text(sql, column)} AS {column.sql.rpartition('.')[2]}" for sql, column in pairs]
        # Without keys there is one row, even when nothing is aggregated in it.
        return ", ".join(texts) if texts else "count(*) AS a1"

    def scope(self, scope: Scope) -> Scope:
        """Give a scope in which the columns that are keys are those of the inner query: what subqueries can see."""
        relations = tuple(
            replace(relation, fields=tuple(self._field(item) for item in relation.fields))
            for relation in scope.relations
        )
        return replace(scope, relations=relations)

    def _field(self, item: Field) -> Field:
        key = self.keys.get(item.sql)
        return item if key is None else replace(item, sql=key.sql)


def _column_text(sql: str, column: Typed) -> str:
    """Write a column of the inner query: values with a key are grouped by it, and one of each group is shown."""
    if not column.type.has_key or _AGGREGATED.search(column.sql):
        return sql
    return f"CASE WHEN {key_of(Typed(sql, column.type))} IS NOT NULL THEN any_value({sql}) END"


def group_by(
    compiler: Compiler, node: exp.Select, items: Sequence[exp.Expr | Typed], grouping: Grouping
) -> str:
    """Give the text of a query's GROUP BY clause; its grouping expressions are added to `grouping`.

    AWS rule: an output name is not seen here, only columns and ordinals are; Trino resolves it so.
    """
    group = node.args.get("group")
    if group is None:
        return ""
    inside = replace(compiler, clause="GROUP BY clause")
    parts: list[str] = []

    def key(item: exp.Expr) -> str:
        value = _key(inside, item, items)
        if not value.type.is_comparable:
            raise QueryError(
                "TYPE_MISMATCH",
                f"{value.type} is not comparable, and therefore cannot be used in GROUP BY",
                compiler.place(item),
            )
        grouping.add_key(value)
        # A literal in DuckDB's GROUP BY would be read as the position of a column.
        return f"({value.sql} || '')" if isinstance(value.literal, str) else _not_a_position(value)

    if group.args.get("all") is False:
        return _distinct_sets(group.expressions, key)
    for item in group.expressions:
        if isinstance(item, exp.Cube | exp.Rollup | exp.GroupingSets):
            parts.append(_sets(item, key))
        elif isinstance(item, exp.Tuple):  # one grouping set written out
            parts += [key(inner) for inner in item.expressions]
        else:
            parts.append(key(item))
    for name in ("cube", "rollup", "grouping_sets"):
        parts += [_sets(item, key) for item in group.args.get(name) or []]
    return " GROUP BY " + ", ".join(parts) if parts else ""


def _distinct_sets(items: Sequence[exp.Expr], key: Key) -> str:
    """Write GROUP BY DISTINCT: the sets that its items make together, each of them once."""
    crossed = itertools.product(*(_expanded(item, key) for item in items))
    sets = {
        frozenset(joined): joined for parts in crossed for joined in [dict.fromkeys(itertools.chain(*parts))]
    }
    texts = [f"({', '.join(one)})" for one in sets.values()]
    return f" GROUP BY GROUPING SETS ({', '.join(texts)})"


def _expanded(item: exp.Expr, key: Key) -> list[tuple[str, ...]]:
    """Return the grouping sets that an item of GROUP BY stands for."""
    if isinstance(item, exp.GroupingSets):
        return [one for member in item.expressions for one in _expanded(member, key)]
    if isinstance(item, exp.Cube | exp.Rollup):
        members = [_members(member, key) for member in item.expressions]
        sizes = range(len(members), -1, -1)
        if isinstance(item, exp.Rollup):
            chosen = [tuple(members[:size]) for size in sizes]
        else:
            chosen = [found for size in sizes for found in itertools.combinations(members, size)]
        return [tuple(itertools.chain(*parts)) for parts in chosen]
    return [_members(item, key)]


def _members(item: exp.Expr, key: Key) -> tuple[str, ...]:
    if isinstance(item, exp.Tuple):
        return tuple(key(inner) for inner in item.expressions)
    return (key(item.this if isinstance(item, exp.Paren) else item),)


def _not_a_position(value: Typed) -> str:
    return f"CAST({value.sql} AS BIGINT)" if isinstance(value.literal, int) else key_of(value)


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
