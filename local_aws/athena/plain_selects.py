"""Which SELECT is one of literals alone: Athena answers it without its engine."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.parse import Source, parse_statement


def selects_literals(query: str) -> bool:
    """Return whether a query is SELECT of numbers, strings and truth values, with aliases and in parentheses at most.

    Measured: `-1` is one of them, `+1`, `NULL`, `CAST(...)`, `DATE '...'` and any FROM, WHERE or LIMIT are not.
    """
    try:
        tree = parse_statement(query)
    except QueryError:
        return False
    if not isinstance(tree, exp.Select):
        return False
    # A sign in front of a number is no part of the tree, and only `-` is one of a literal.
    if any(token.token_type == TokenType.PLUS for token in Source(query).tokens):
        return False
    clauses = {name for name, value in tree.args.items() if value}
    return clauses == {"expressions"} and all(_is_literal(item) for item in tree.expressions)


def _is_literal(item: exp.Expr) -> bool:
    while isinstance(item, exp.Alias | exp.Paren):
        item = item.this
    if isinstance(item, exp.Neg):
        return isinstance(item.this, exp.Literal) and not item.this.is_string
    return isinstance(item, exp.Literal | exp.Boolean)
