"""Execution parameters: the values for the question marks of a statement.

Measured: a value that reads as an expression without names is that expression; anything else is a text. Values for a
statement without question marks are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.ddl.cursor import Cursor
from local_aws.athena.errors import QueryError
from local_aws.athena.sql.parse import parse_statement
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from collections.abc import Sequence


def bind(statement: str, values: Sequence[str]) -> str:
    """Put values in the place of the question marks; raises `QueryError` when their numbers differ."""
    places = [word.start for word in Cursor(statement).words if word.kind == "symbol" and word.raw == "?"]
    if not places:
        return statement
    if len(places) != len(values):
        raise QueryError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(places)} but found {len(values)}",
        )
    pieces: list[str] = []
    end = 0
    for place, value in zip(places, values, strict=True):
        pieces += [statement[end:place], value]
        end = place + 1
    return "".join([*pieces, statement[end:]])


def as_expressions(values: Sequence[str]) -> list[str]:
    """Turn the values of `ExecutionParameters` into expressions."""
    return [value if _is_expression(value) else quote_text(value) for value in values]


def _is_expression(value: str) -> bool:
    try:
        tree = parse_statement(f"SELECT ({value})")
    except QueryError:
        return False
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("from_") is not None:
        return False
    return tree.find(exp.Column) is None
