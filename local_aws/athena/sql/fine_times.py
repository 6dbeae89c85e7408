"""Timestamps finer than a microsecond: they can be selected, sorted, compared with each other and printed.

DuckDB's times have microseconds. What is finer is held beside one, in picoseconds, by a type of its own that only the
columns of a query can have; what would calculate with it is refused by name.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.sql import time_literals
from local_aws.athena.sql.dialect import TYPED_LITERAL
from local_aws.athena.sql.functions.call import Call
from local_aws.athena.sql.functions.dates import nanoseconds
from local_aws.athena.sql.type_text import type_of_node
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import FINE, Type

if TYPE_CHECKING:
    from local_aws.athena.sql.expressions import Compiler

_HELD_DIGITS = 6
_FRACTION = re.compile(r"([^.]*:\d{1,2}\.\d{6})(\d{1,6})(?!\d)(.*)", re.DOTALL)
_NANOSECONDS = 9


def fine_output(compiler: Compiler, node: exp.Expr) -> Typed | None:
    """Compile an item of SELECT that gives a time finer than a microsecond; None for any other."""
    if isinstance(node, exp.Anonymous) and str(node.this).lower() == "from_unixtime_nanos":
        return _of_nanoseconds(compiler, node)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        return _of_literal(compiler, node)
    return None


def _of_nanoseconds(compiler: Compiler, node: exp.Anonymous) -> Typed:
    call = Call("from_unixtime_nanos", tuple(node.expressions), compiler, compiler.place(node))
    if call.count != 1:
        raise call.wrong_count("from_unixtime_nanos(bigint), from_unixtime_nanos(decimal(p,s))")
    text = f"fine_of_nanoseconds({nanoseconds(compiler.compile(node.expressions[0]), call.mismatch)})"
    return Typed(text, Type(f"{FINE}timestamp with time zone", (_NANOSECONDS,)))


def _of_literal(compiler: Compiler, node: exp.Cast) -> Typed | None:
    """Compile `TIMESTAMP '….123456789'`, or a text cast to a timestamp with at least as many digits as it has."""
    kind = type_of_node(node.to)
    match = _FRACTION.fullmatch(node.this.this)
    if kind.name not in ("timestamp", "timestamp with time zone") or match is None:
        return None
    before, digits, after = match.groups()
    written = time_literals.timestamp(before + after, compiler.place(node))
    precision = _HELD_DIGITS + len(digits)
    if not node.meta.get(TYPED_LITERAL):
        if written.type.name != kind.name or kind.parameters[0] < precision:
            return None
        precision = kind.parameters[0]
    fine = f"CAST({int(digits.ljust(_HELD_DIGITS, '0'))} AS INTEGER)"
    if written.type.name == "timestamp":
        text = f"struct_pack(i := {written.sql}, n := {fine})"
    else:
        text = f"fine_with_zone({written.sql}, {fine})"
    return replace(written, sql=text, type=Type(FINE + written.type.name, (precision,)))
