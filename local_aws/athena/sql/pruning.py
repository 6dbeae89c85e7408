"""Which conditions of a query can decide about a partition before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.sql.types import quote

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
    """Note the literal values of `column = 'x'` and `column IN ('x', 'y')`: injected projection needs them."""
    node = node.unnest()
    if isinstance(node, exp.EQ):
        for one, other in ((node.this, node.expression), (node.expression, node.this)):
            _note(compiler, scan, one, [other], partitions)
    elif isinstance(node, exp.In) and node.expressions:
        _note(compiler, scan, node.this, node.expressions, partitions)


def _note(
    compiler: Compiler, scan: Scan, column: exp.Expr, values: list[exp.Expr], partitions: dict[str, str]
) -> None:
    if not isinstance(column, exp.Column):
        return
    literals = [compiler.compile(value).literal for value in values if not isinstance(value, exp.Column)]
    if len(literals) != len(values) or any(literal is None for literal in literals):
        return
    name = partitions.get(compiler.compile(column).sql)
    if name is None:
        return
    texts = [str(literal) for literal in literals]
    known = scan.equalities.get(name)
    scan.equalities[name] = texts if known is None else [text for text in known if text in texts]
