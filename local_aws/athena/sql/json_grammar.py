"""The grammar of SQL's JSON functions: JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT, JSON_ARRAY."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from local_aws.athena.errors import UnsupportedError

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


def _words(parser: Any, *texts: str) -> bool:
    return bool(parser._match_text_seq(*texts))


def _word(parser: Any, *choices: str) -> str | None:
    return next((choice for choice in choices if _words(parser, *choice.split())), None)


def _format(parser: Any) -> dict[str, Any]:
    if not _words(parser, "FORMAT", "JSON"):
        return {}
    encoding = None
    if _words(parser, "ENCODING"):
        encoding = _word(parser, *_ENCODINGS)
        if encoding is None:
            parser.raise_error("Expected UTF8, UTF16 or UTF32")
    return {"format": True, "encoding": encoding}


def _value(parser: Any) -> JsonText:
    value = parser._parse_disjunction()
    if value is None:
        parser.raise_error("Expected an expression")
    return JsonText(this=value, **_format(parser))


def _returning(parser: Any) -> JsonReturning | None:
    if not _words(parser, "RETURNING"):
        return None
    kind = parser._parse_types()
    if kind is None:
        parser.raise_error("Expected TYPE")
    return JsonReturning(this=kind, **_format(parser))


def _passing(parser: Any) -> list[JsonPassed]:
    if not _words(parser, "PASSING"):
        return []
    found = []
    while True:
        value = _value(parser)
        if not _words(parser, "AS"):
            parser.raise_error("Expected AS")
        found.append(JsonPassed(this=value, name=parser._parse_id_var()))
        if not parser._match(TokenType.COMMA):
            return found


def _wrapper(parser: Any) -> str | None:
    if _words(parser, "WITHOUT"):
        found = "WITHOUT"
    elif _words(parser, "WITH"):
        found = _word(parser, "CONDITIONAL", "UNCONDITIONAL") or "UNCONDITIONAL"
    else:
        return None
    _words(parser, "ARRAY")
    if not _words(parser, "WRAPPER"):
        parser.raise_error("Expected WRAPPER")
    return found


def _quotes(parser: Any) -> str | None:
    found = _word(parser, "KEEP", "OMIT")
    if found is None:
        return None
    if not _words(parser, "QUOTES"):
        parser.raise_error("Expected QUOTES")
    _words(parser, "ON", "SCALAR", "STRING")
    return found


def _behaviours(parser: Any, choices: tuple[str, ...]) -> dict[str, JsonBehaviour]:
    """Read `… ON EMPTY` and `… ON ERROR`, each at most once and in this order."""
    found: dict[str, JsonBehaviour] = {}
    for _ in range(2):
        word = _word(parser, *choices)
        if word is None:
            break
        default = parser._parse_disjunction() if word == "DEFAULT" else None
        end = _word(parser, "ON EMPTY", "ON ERROR")
        name = {"ON EMPTY": "on_empty", "ON ERROR": "on_error"}.get(end or "", "")
        if not name or name in found or "on_error" in found:
            parser.raise_error("Expected ON ERROR")
        found[name] = JsonBehaviour(this=word, default=default)
    return found


def _path_call(name: str, choices: tuple[str, ...]) -> Callable[[Any], JsonPathCall]:
    def parse(parser: Any) -> JsonPathCall:
        document = _value(parser)
        if not parser._match(TokenType.COMMA):
            parser.raise_error("Expected a path")
        path = parser._parse_string()
        if path is None:
            parser.raise_error("Expected a path")
        passing, returning = _passing(parser), _returning(parser)
        wrapper = _wrapper(parser) if name == "json_query" else None
        quotes = _quotes(parser) if name == "json_query" else None
        return JsonPathCall(
            this=document,
            name=name,
            path=path,
            passing=passing,
            returning=returning,
            wrapper=wrapper,
            quotes=quotes,
            **_behaviours(parser, choices),
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
    if not (_words(parser, "VALUE") or (not is_key and parser._match(TokenType.COLON))):
        parser.raise_error("Expected VALUE")
    return JsonPair(this=key, expression=_value(parser))


def _null_handling(parser: Any) -> bool | None:
    found = _word(parser, "NULL ON NULL", "ABSENT ON NULL")
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
    unique = _word(parser, "WITH UNIQUE", "WITHOUT UNIQUE")
    if unique:
        _words(parser, "KEYS")
    return JsonBuild(
        name="json_object",
        expressions=pairs,
        absent=bool(absent),
        unique=unique == "WITH UNIQUE",
        returning=_returning(parser),
    )


def _json_array(parser: Any) -> JsonBuild:
    values = _members(parser, _value, ("RETURNING",))
    absent = _null_handling(parser)
    return JsonBuild(
        name="json_array",
        expressions=values,
        absent=absent is None or absent,
        returning=_returning(parser),
    )


def _json_table(_: Any) -> JsonBuild:
    raise UnsupportedError("JSON_TABLE")


PARSERS: dict[str, Callable[[Any], exp.Expression]] = {
    "JSON_EXISTS": _path_call("json_exists", ("TRUE", "FALSE", "UNKNOWN", "ERROR")),
    "JSON_VALUE": _path_call("json_value", ("ERROR", "NULL", "DEFAULT")),
    "JSON_QUERY": _path_call("json_query", ("ERROR", "NULL", "EMPTY ARRAY", "EMPTY OBJECT")),
    "JSON_OBJECT": _json_object,
    "JSON_ARRAY": _json_array,
    "JSON_TABLE": _json_table,
}
