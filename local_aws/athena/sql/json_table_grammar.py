"""The grammar of JSON_TABLE: its columns, nested paths and plan."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from local_aws.athena.sql.json_grammar import (
    behaviours,
    format_of,
    passing,
    quotes,
    value,
    word,
    words,
    wrapper,
)


class JsonTable(exp.Expression):
    """JSON_TABLE; `columns` are columns and nested paths, `plan` is None, a pair of defaults, or a tree of names."""

    arg_types = {  # noqa: RUF012
        **{"this": True, "path": True, "path_name": False, "passing": False},
        **{"columns": True, "plan": False, "on_error": False},
    }


class JsonColumn(exp.Expression):
    """A column: `kind` says whether it is a value, a query or the ordinal number."""

    arg_types = {  # noqa: RUF012
        **{"this": True, "kind": True, "type": False, "path": False, "wrapper": False, "quotes": False},
        **{"on_empty": False, "on_error": False},
    }


class JsonNested(exp.Expression):
    """NESTED PATH with its columns."""

    arg_types = {"path": True, "path_name": False, "columns": True}  # noqa: RUF012


def json_table(parser: Any) -> JsonTable:
    """Read what stands in the parentheses of JSON_TABLE."""
    document = value(parser)
    if not parser._match(TokenType.COMMA):
        parser.raise_error("Expected a path")
    path, name = _path(parser)
    given = passing(parser)
    columns = _columns(parser)
    plan = _plan(parser)
    on_error = word(parser, "ERROR ON ERROR", "EMPTY ON ERROR")
    return JsonTable(
        this=document, path=path, path_name=name, passing=given, columns=columns, plan=plan, on_error=on_error
    )


def _path(parser: Any) -> tuple[exp.Expr, str | None]:
    path = parser._parse_string()
    if path is None:
        parser.raise_error("Expected a path")
    return path, parser._parse_id_var().name if words(parser, "AS") else None


def _columns(parser: Any) -> list[exp.Expression]:
    if not words(parser, "COLUMNS"):
        parser.raise_error("Expected COLUMNS")
    return list(parser._parse_wrapped_csv(lambda: _column(parser)))


def _column(parser: Any) -> exp.Expression:
    if words(parser, "NESTED"):
        words(parser, "PATH")
        path, name = _path(parser)
        return JsonNested(path=path, path_name=name, columns=_columns(parser))
    column = parser._parse_id_var()
    if words(parser, "FOR", "ORDINALITY"):
        return JsonColumn(this=column, kind="ordinality")
    kind = parser._parse_types()
    if column is None or kind is None:
        parser.raise_error("Expected TYPE")
    is_query = bool(format_of(parser))
    own_path = parser._parse_string() if words(parser, "PATH") else None
    choices = ("ERROR", "NULL", "EMPTY ARRAY", "EMPTY OBJECT") if is_query else ("ERROR", "NULL", "DEFAULT")
    return JsonColumn(
        this=column,
        kind="query" if is_query else "value",
        type=kind,
        path=own_path,
        wrapper=wrapper(parser) if is_query else None,
        quotes=quotes(parser) if is_query else None,
        **behaviours(parser, choices),
    )


def _plan(parser: Any) -> Any:
    """Read PLAN: the words of PLAN DEFAULT, or names joined by OUTER, INNER, UNION and CROSS."""
    if not words(parser, "PLAN"):
        return None
    if words(parser, "DEFAULT"):
        return list(parser._parse_wrapped_csv(lambda: word(parser, "OUTER", "INNER", "UNION", "CROSS")))
    parser._match_l_paren()
    plan = _joined(parser)
    parser._match_r_paren()
    return plan


def _joined(parser: Any) -> dict[str, Any]:
    first = _primary(parser)
    sign = word(parser, "OUTER", "INNER", "UNION", "CROSS")
    if sign in ("OUTER", "INNER"):
        return {**first, "join": sign, "child": _primary(parser)}
    if sign is None:
        return first
    parts = [first, _primary(parser)]
    while words(parser, sign):
        parts.append(_primary(parser))
    return {sign.lower(): parts}


def _primary(parser: Any) -> dict[str, Any]:
    if parser._match(TokenType.L_PAREN):
        inner = _joined(parser)
        parser._match_r_paren()
        return inner
    return {"name": parser._parse_id_var().name}
