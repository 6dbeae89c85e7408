"""What sqlglot reads and Athena's grammar does not have: a statement with such a thing is a syntax error here too.

sqlglot's parser takes what any database takes. A statement that only runs here would be of no use on Athena.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql.arguments import unknown_argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.sql.parse import Source

# AWS rule: the reserved words of SELECT statements; as names they stand in double quotes.
_WORDS = """
ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH
CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT
DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT
INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG
LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT
SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH
"""
_RESERVED = frozenset(_WORDS.split())
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNITS = ("DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR")
_COMPARED = (
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Is, exp.In, exp.Like, exp.Escape, exp.Between),
)
# Parts of nodes that other databases have: `SELECT * EXCEPT (a)`, `GROUP BY ALL`, `SELECT DISTINCT ON (a)`.
_FOREIGN = (
    *((exp.Star, name) for name in ("except_", "replace", "rename")),
    (exp.Distinct, "on"),
    (exp.Select, "qualify"),
)
_OPERANDS = ("this", "expression", "low", "high")
_BEFORE_SUBSCRIPT = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.PLACEHOLDER)
_AFTER_LIST = (TokenType.FROM, TokenType.R_PAREN, TokenType.SEMICOLON, TokenType.R_BRACKET)


def check_tree(statement: exp.Expr, source: Source) -> None:
    """Raise `QueryError` (SYNTAX_ERROR) for what the parser has understood and Athena's grammar does not have."""
    for node in statement.walk():
        for kind, name in _FOREIGN:
            if isinstance(node, kind) and node.args.get(name):
                raise QueryError(
                    "SYNTAX_ERROR", f"mismatched input '{name.strip('_').upper()}'", source.of(node)
                )
        if isinstance(node, exp.Group) and node.args.get("all") and not node.expressions:
            raise QueryError("SYNTAX_ERROR", "mismatched input 'ALL'", source.of(node))
        unknown = unknown_argument(node)
        if unknown is not None:
            raise UnsupportedError(unknown, source.of(node))
        if isinstance(node, exp.Identifier):
            _check_name(node, source)
        elif isinstance(node, exp.Join):
            _check_join(node, source)
        elif isinstance(node, exp.SetOperation):
            _check_sides(node, source)
        elif isinstance(node, _COMPARED):
            _check_operands(node, source)


def _mismatched(token: Token, source: Source, expecting: str = "") -> QueryError:
    expected = f". Expecting: {expecting}" if expecting else ""
    return QueryError(
        "SYNTAX_ERROR", f"mismatched input '{token.text}'{expected}", source.position(token.start)
    )


def check_words(source: Source) -> None:
    """Raise `QueryError` (SYNTAX_ERROR) for words in an order that Athena's grammar does not have."""
    tokens = source.tokens
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        kind = token.token_type
        if kind == TokenType.OFFSET and index > 1 and tokens[index - 2].token_type == TokenType.LIMIT:
            raise _mismatched(token, source, "<EOF>")  # with a limit, OFFSET comes first
        if kind == TokenType.COMMA and index > 1 and tokens[index - 2].token_type == TokenType.LIMIT:
            raise _mismatched(token, source, "<EOF>")
        if kind == TokenType.COMMA and (after is None or after.token_type in _AFTER_LIST):
            raise _mismatched(after or token, source, "<expression>")
        if kind == TokenType.STRING and before is not None and before.token_type == TokenType.ALIAS:
            raise _mismatched(token, source, "<identifier>")
        if kind == TokenType.L_BRACKET and not _is_subscript(before):
            raise _mismatched(token, source, "<expression>")
        if kind == TokenType.INTERVAL:
            _check_interval(tokens[index + 1 : index + 4], source)
        _check_number(token, after, source)


def _is_subscript(before: Token | None) -> bool:
    if before is None:
        return False
    if before.token_type in _BEFORE_SUBSCRIPT or before.token_type == TokenType.IDENTIFIER:
        return True
    return _NAME.fullmatch(before.text) is not None and before.text.upper() not in _RESERVED


def _check_interval(following: Sequence[Token], source: Source) -> None:
    """Hold INTERVAL to its one form: a quoted value, and one of six units behind it."""
    signed = bool(following) and following[0].token_type in (TokenType.DASH, TokenType.PLUS)
    rest = following[1:] if signed else following
    if not rest or rest[0].token_type not in (TokenType.STRING, TokenType.NUMBER):
        return  # a name
    if rest[0].token_type == TokenType.NUMBER:
        raise _mismatched(rest[0], source, "'+', '-', <string>")
    expecting = ", ".join(f"'{unit}'" for unit in _UNITS)
    if len(rest) < 2:
        end = source.position(len(source.text))
        raise QueryError("SYNTAX_ERROR", f"mismatched input '<EOF>'. Expecting: {expecting}", end)
    if rest[1].text.upper() not in _UNITS:
        raise _mismatched(rest[1], source, expecting)


def _check_number(token: Token, after: Token | None, source: Source) -> None:
    text = source.text[token.start : token.end + 1]
    if token.token_type == TokenType.HEX_STRING:
        if text[:2] in ("0x", "0X"):
            raise UnsupportedError(f"The hexadecimal number {text}", source.position(token.start))
        if len(token.text) % 2:
            message = "Binary literal must contain an even number of digits"
            raise QueryError("INVALID_LITERAL", message, source.position(token.start))
    if token.token_type == TokenType.NUMBER and after is not None and after.start == token.end + 1:
        place = source.position(token.start)
        if after.text.startswith("_") and after.text.strip("_").isdigit():
            raise UnsupportedError(f"The number {text}{after.text}, with underscores", place)
        if after.text[0].isalpha() or after.text[0] == "_":
            raise QueryError("SYNTAX_ERROR", "identifiers must not start with a digit", place)


def _check_name(node: exp.Identifier, source: Source) -> None:
    if node.args.get("quoted") or (_NAME.fullmatch(node.name) and node.name.upper() not in _RESERVED):
        return
    raise QueryError("SYNTAX_ERROR", f"mismatched input '{node.name}'", source.of(node))


def _check_sides(node: exp.SetOperation, source: Source) -> None:
    """Refuse ORDER BY, OFFSET and LIMIT in front of UNION: they stand at the end, or inside parentheses."""
    for side in (node.this, node.expression):
        if isinstance(side, exp.Subquery) or not any(side.args.get(n) for n in ("order", "limit", "offset")):
            continue
        word = type(node).__name__.upper()
        place = source.word_before(node.expression, word)
        raise QueryError("SYNTAX_ERROR", f"mismatched input '{word}'. Expecting: <EOF>", place)


def _check_join(node: exp.Join, source: Source) -> None:
    kind, method = str(node.args.get("kind") or "").upper(), str(node.args.get("method") or "").upper()
    has_condition = node.args.get("on") is not None or bool(node.args.get("using"))
    if kind not in ("", "INNER", "OUTER", "CROSS", "COMMA") or method not in ("", "NATURAL"):
        raise QueryError("SYNTAX_ERROR", f"mismatched input '{method or kind}'", source.of(node.this))
    if kind in ("CROSS", "COMMA"):
        if has_condition:
            condition = node.args.get("on") or node.args["using"][0]
            raise QueryError("SYNTAX_ERROR", "mismatched input 'ON'", source.of(condition))
    elif not has_condition and not method:
        raise QueryError("SYNTAX_ERROR", "mismatched input. Expecting: 'ON', 'USING'", source.of(node.this))


def _check_operands(node: exp.Expr, source: Source) -> None:
    """Refuse `a = b = c`: an operand of a predicate is no predicate itself, unless it stands in parentheses."""
    for name in _OPERANDS:
        operand = node.args.get(name)
        if isinstance(operand, (*_COMPARED, exp.Not)) and not isinstance(node, exp.Escape):
            raise QueryError("SYNTAX_ERROR", "mismatched input. Expecting: <expression>", source.of(operand))
