"""The grammar of SQL's JSON functions: JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT, JSON_ARRAY."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

if TYPE_CHECKING:
    from collections.abc import Callable

_ENCODINGS = ("UTF8", "UTF16", "UTF32")
_KEY_OPERAND = (TokenType.STRING, TokenType.IDENTIFIER, TokenType.VAR, TokenType.L_PAREN)


class JsonText(exp.Expression):
    """A value with its format: `format` is set for FORMAT JSON, `encoding` where one is named."""

    arg_types = {"this": True, "format": False, "encoding": False}  # noqa: RUF012


class JsonPassed(exp.Expression):
    """`value AS name` of PASSING."""

    arg_types = {"this": True, "name": True}  # noqa: RUF012


class JsonBehaviour(exp.Expression):
    """What stands before ON EMPTY or ON ERROR: its words, and the expression of DEFAULT."""

    arg_types = {"this": True, "default": False}  # noqa: RUF012


class JsonReturning(exp.Expression):
    """RETURNING with its type, and the encoding of a varbinary."""

    arg_types = {"this": True, "format": False, "encoding": False}  # noqa: RUF012


class JsonPathCall(exp.Expression):
    """JSON_EXISTS, JSON_VALUE or JSON_QUERY; `name` says which."""

    arg_types = {  # noqa: RUF012
        "this": True,
        "name": True,
        "path": True,
        "passing": False,
        "returning": False,
        "wrapper": False,
        "quotes": False,
        "on_empty": False,
        "on_error": False,
    }


class JsonPair(exp.Expression):
    """One member of JSON_OBJECT."""

    arg_types = {"this": True, "expression": True}  # noqa: RUF012


class JsonBuild(exp.Expression):
    """JSON_OBJECT (its expressions are pairs) or JSON_ARRAY; `name` says which."""

    arg_types = {  # noqa: RUF012
        "name": True,
        "expressions": False,
        "absent": False,
        "unique": False,
        "returning": False,
    }


def words(parser: Any, *texts: str) -> bool:
    """Take the next words when they are these."""
    return bool(parser._match_text_seq(*texts))


def word(parser: Any, *choices: str) -> str | None:
    """Take the first of the choices that stands next."""
    return next((choice for choice in choices if words(parser, *choice.split())), None)


def format_of(parser: Any) -> dict[str, Any]:
    """Read FORMAT JSON with its encoding."""
    if not words(parser, "FORMAT", "JSON"):
        return {}
    encoding = None
    if words(parser, "ENCODING"):
        encoding = word(parser, *_ENCODINGS)
        if encoding is None:
            parser.raise_error("Expected UTF8, UTF16 or UTF32")
    return {"format": True, "encoding": encoding}


def value(parser: Any) -> JsonText:
    """Read an expression with its format."""
    expression = parser._parse_disjunction()
    if expression is None:
        parser.raise_error("Expected an expression")
    return JsonText(this=expression, **format_of(parser))


def _returning(parser: Any) -> JsonReturning | None:
    if not words(parser, "RETURNING"):
        return None
    kind = parser._parse_types()
    if kind is None:
        parser.raise_error("Expected TYPE")
    return JsonReturning(this=kind, **format_of(parser))


def passing(parser: Any) -> list[JsonPassed]:
    """Read PASSING."""
    if not words(parser, "PASSING"):
        return []
    found = []
    while True:
        given = value(parser)
        if not words(parser, "AS"):
            parser.raise_error("Expected AS")
        found.append(JsonPassed(this=given, name=parser._parse_id_var()))
        if not parser._match(TokenType.COMMA):
            return found


def wrapper(parser: Any) -> str | None:
    """Read the WRAPPER clause."""
    if words(parser, "WITHOUT"):
        found = "WITHOUT"
    elif words(parser, "WITH"):
        found = word(parser, "CONDITIONAL", "UNCONDITIONAL") or "UNCONDITIONAL"
    else:
        return None
    words(parser, "ARRAY")
    if not words(parser, "WRAPPER"):
        parser.raise_error("Expected WRAPPER")
    return found


def quotes(parser: Any) -> str | None:
    """Read the QUOTES clause."""
    found = word(parser, "KEEP", "OMIT")
    if found is None:
        return None
    if not words(parser, "QUOTES"):
        parser.raise_error("Expected QUOTES")
    words(parser, "ON", "SCALAR", "STRING")
    return found


def behaviours(parser: Any, choices: tuple[str, ...]) -> dict[str, JsonBehaviour]:
    """Read `… ON EMPTY` and `… ON ERROR`, each at most once and in this order."""
    found: dict[str, JsonBehaviour] = {}
    for _ in range(2):
        chosen = word(parser, *choices)
        if chosen is None:
            break
        default = parser._parse_disjunction() if chosen == "DEFAULT" else None
        end = word(parser, "ON EMPTY", "ON ERROR")
        name = {"ON EMPTY": "on_empty", "ON ERROR": "on_error"}.get(end or "", "")
        if not name or name in found or "on_error" in found:
            parser.raise_error("Expected ON ERROR")
        found[name] = JsonBehaviour(this=chosen, default=default)
    return found


def _path_call(name: str, choices: tuple[str, ...]) -> Callable[[Any], JsonPathCall]:
    def parse(parser: Any) -> JsonPathCall:
        document = value(parser)
        if not parser._match(TokenType.COMMA):
            parser.raise_error("Expected a path")
        path = parser._parse_string()
        if path is None:
            parser.raise_error("Expected a path")
        passed, returning = passing(parser), _returning(parser)
        is_query = name == "json_query"
        return JsonPathCall(
            this=document,
            name=name,
            path=path,
            passing=passed,
            returning=returning,
            wrapper=wrapper(parser) if is_query else None,
            quotes=quotes(parser) if is_query else None,
            **behaviours(parser, choices),
        )

    return parse


def _pair(parser: Any) -> JsonPair:
    is_key = (
        parser._curr is not None
        and parser._curr.text.upper() == "KEY"
        and parser._next is not None
        and parser._next.token_type in _KEY_OPERAND
        and parser._next.text.upper() != "VALUE"
    )
    if is_key:
        parser._advance()
    key = parser._parse_disjunction()
    if not (words(parser, "VALUE") or (not is_key and parser._match(TokenType.COLON))):
        parser.raise_error("Expected VALUE")
    return JsonPair(this=key, expression=value(parser))


def _null_handling(parser: Any) -> bool | None:
    found = word(parser, "NULL ON NULL", "ABSENT ON NULL")
    return None if found is None else found.startswith("ABSENT")


def _members(parser: Any, read: Callable[[Any], Any], ends: tuple[str, ...]) -> list[Any]:
    found: list[Any] = []
    if parser._curr is None or parser._curr.token_type == TokenType.R_PAREN:
        return found
    if parser._curr.text.upper() in ends:
        return found
    while True:
        found.append(read(parser))
        if not parser._match(TokenType.COMMA):
            return found


def _json_object(parser: Any) -> JsonBuild:
    pairs = _members(parser, _pair, ("RETURNING",))
    absent = _null_handling(parser)
    unique = word(parser, "WITH UNIQUE", "WITHOUT UNIQUE")
    if unique:
        words(parser, "KEYS")
    return JsonBuild(
        name="json_object",
        expressions=pairs,
        absent=bool(absent),
        unique=unique == "WITH UNIQUE",
        returning=_returning(parser),
    )


def _json_array(parser: Any) -> JsonBuild:
    values = _members(parser, value, ("RETURNING",))
    absent = _null_handling(parser)
    return JsonBuild(
        name="json_array",
        expressions=values,
        absent=absent is None or absent,
        returning=_returning(parser),
    )


PARSERS: dict[str, Callable[[Any], exp.Expression]] = {
    "JSON_EXISTS": _path_call("json_exists", ("TRUE", "FALSE", "UNKNOWN", "ERROR")),
    "JSON_VALUE": _path_call("json_value", ("ERROR", "NULL", "DEFAULT")),
    "JSON_QUERY": _path_call("json_query", ("ERROR", "NULL", "EMPTY ARRAY", "EMPTY OBJECT")),
    "JSON_OBJECT": _json_object,
    "JSON_ARRAY": _json_array,
}
