"""Which conditions of a query can decide about a partition before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.types import can_coerce, quote

if TYPE_CHECKING:
    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.session import Scan
    from local_aws.athena.sql.typed import Typed

_VOLATILE = ("random", "rand", "uuid", "shuffle")


def record_condition(compiler: Compiler, node: exp.Expr, value: Typed) -> None:
    """Note an AND-ed condition with the scan whose partition columns it is about, if it is about nothing else.

    The condition stays in the query; a partition for which it is not true has no row that could pass it.
    """
    touched = set(compiler.session.touched)
    if not touched or node.find(exp.Query) is not None:
        return
    if any(str(call.this).lower() in _VOLATILE for call in node.find_all(exp.Anonymous)):
        return
    for scan in compiler.session.scans:
        partitions = {f"{quote(scan.alias)}.{quote(c.name)}": c.name for c in scan.source.partition_columns}
        if touched <= set(partitions):
            scan.predicates.append(value.sql)
            _record_equalities(compiler, scan, node, partitions)


def _record_equalities(compiler: Compiler, scan: Scan, node: exp.Expr, partitions: dict[str, str]) -> None:
    """Note the values that a condition leaves to a partition column: injected projection needs them.

    AWS rule: equality with constants, IN, and OR of these; a constant may be an expression such as `'a' || 'b'`.
    """
    found = _equality(node)
    if found is None:
        return
    column, values = found
    name = partitions.get(compiler.compile(column).sql)
    if name is None:
        return
    kind = compiler.compile(column).type
    constants = [compiler.compile(value) for value in values]
    if all(can_coerce(constant.type, kind) for constant in constants):
        scan.equalities.setdefault(name, []).append([coerce(constant, kind).sql for constant in constants])


def _equality(node: exp.Expr) -> tuple[exp.Column, list[exp.Expr]] | None:
    """Return the column and the constants of `column = 'x'`, `column IN ('x', 'y')` and of both with OR."""
    node = node.unnest()
    if isinstance(node, exp.EQ):
        for one, other in ((node.this, node.expression), (node.expression, node.this)):
            if isinstance(one, exp.Column) and _is_constant(other):
                return one, [other]
    elif isinstance(node, exp.In) and node.expressions and isinstance(node.this, exp.Column):
        if all(_is_constant(item) for item in node.expressions):
            return node.this, list(node.expressions)
    elif isinstance(node, exp.Or):
        first, second = _equality(node.this), _equality(node.expression)
        if first is not None and second is not None and first[0] == second[0]:
            return first[0], [*first[1], *second[1]]
    return None


def _is_constant(node: exp.Expr) -> bool:
    return node.find(exp.Column, exp.Query) is None
