"""SQL's JSON functions. Paths are evaluated by `json_path`, JSON is made by DuckDB."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.json_path.errors import InvalidPathError, UnsupportedPathError
from local_aws.athena.json_path.parse import parse_path
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import cast, coerce
from local_aws.athena.sql.json_casts import json_text
from local_aws.athena.sql.json_grammar import JsonBuild, JsonPair, JsonPathCall, JsonText
from local_aws.athena.sql.sharing import bound, named
from local_aws.athena.sql.type_text import type_of_node
from local_aws.athena.sql.typed import Typed, null_of
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Set

    from sqlglot import exp

    from local_aws.athena.json_path import tree
    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.types import Type

_CODECS = {"UTF8": "utf-8", "UTF16": "utf-16-le", "UTF32": "utf-32-le"}
_MOMENTS = {
    "date": "date",
    "time": "time without time zone",
    "time with time zone": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamp with time zone": "timestamp with time zone",
}


def path_call(compiler: Compiler, node: JsonPathCall) -> Typed:
    """Compile JSON_EXISTS, JSON_VALUE or JSON_QUERY."""
    return {"json_exists": _exists, "json_value": _value, "json_query": _query}[node.args["name"]](
        compiler, node
    )


def _call(compiler: Compiler, node: JsonPathCall, **spec: str) -> str:
    """Write the call of the Python function with its document, its path and what is passed."""
    text = node.args["path"].name
    passed = passed_values(compiler, node, checked_path(compiler, node, text).variables)
    written = quote_text(json.dumps({"path": text, **spec}))
    return f"python_{node.args['name']}({document(compiler, node.this)}, {written}, {passed})"


def _shown_names(node: exp.Expr) -> list[str]:
    names = [item.args["name"] for item in node.args.get("passing") or []]
    return [one.name if one.args.get("quoted") else one.name.upper() for one in names]


def passed_values(compiler: Compiler, node: exp.Expr, used: Set[str]) -> str:
    """Write the values of PASSING that the paths use."""
    pieces = [
        f"{quote_text(json.dumps(name) + ':')} || {_passed(compiler, item.this)}"
        for name, item in zip(_shown_names(node), node.args.get("passing") or [], strict=True)
        if name in used
    ]
    return f"'{{' || {' || chr(44) || '.join(pieces)} || '}}'" if pieces else "'{}'"


def checked_path(compiler: Compiler, node: exp.Expr, text: str) -> tree.Path:
    """Return a path that is read; raises `QueryError` for one that is wrong or names what is not passed."""
    names = _shown_names(node)
    place = compiler.place(node.args["path"])
    try:
        path = parse_path(text)
    except InvalidPathError as error:
        raise QueryError("INVALID_PATH", str(error), place) from None
    except UnsupportedPathError as error:
        raise QueryError("NOT_SUPPORTED", f"{error} is not supported by the local Athena", place) from None
    missing = sorted(path.variables - set(names))
    if missing:
        hint = f'. Try quoting "{missing[0]}" in the PASSING clause to match case'
        known = missing[0].upper() in names
        raise QueryError(
            "INVALID_PATH", f"no value passed for parameter {missing[0]}{hint if known else ''}", place
        )
    return path


def document(compiler: Compiler, node: JsonText) -> str:
    """Write the text of a JSON document: a text, or a varbinary in an encoding."""
    value, encoding = compiler.compile(node.this), node.args.get("encoding")
    if value.type.name == "unknown":
        return "CAST(NULL AS VARCHAR)"
    if value.type.is_text and encoding is None:
        return cast(value, types.VARCHAR).sql
    if value.type.name == "varbinary":
        return f"python_decoded({value.sql}, '{_CODECS[encoding or 'UTF8']}')"
    shown = f" ENCODING {encoding}" if encoding else ""
    raise QueryError(
        "TYPE_MISMATCH",
        f"Cannot read input of type {value.type} as JSON using formatting JSON{shown}",
        compiler.place(node),
    )


def _passed(compiler: Compiler, node: JsonText) -> str:
    """Write a passed value as a pair of its type and its text."""
    if node.args.get("format") or _is_json(node.this):
        kind, text = "json", document(compiler, node)
    else:
        value = compiler.compile(node.this)
        kind = _MOMENTS.get(value.type.name, value.type.name)
        if value.type.name not in _MOMENTS and not value.type.is_numeric and kind != "boolean":
            kind = "varchar"
        text = "CAST(NULL AS VARCHAR)" if value.type.name == "unknown" else cast(value, types.VARCHAR).sql
    return f"'[\"{kind}\",' || coalesce(CAST(to_json({text}) AS VARCHAR), 'null') || ']'"


def _is_json(node: exp.Expr) -> bool:
    """Return whether an expression is a function that gives JSON: its format need not be said."""
    return isinstance(node, JsonBuild) or (
        isinstance(node, JsonPathCall) and node.args["name"] == "json_query"
    )


def _words(node: exp.Expr, name: str, default: str) -> str:
    behaviour = node.args.get(name)
    return default if behaviour is None else str(behaviour.this)


def _exists(compiler: Compiler, node: JsonPathCall) -> Typed:
    return Typed(_call(compiler, node, on_error=_words(node, "on_error", "FALSE")), types.BOOLEAN)


def _query(compiler: Compiler, node: JsonPathCall) -> Typed:
    wrapper, quotes = node.args.get("wrapper") or "WITHOUT", node.args.get("quotes")
    if quotes is not None and wrapper != "WITHOUT":
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT",
            f"{quotes} QUOTES behavior specified with WITH {wrapper} ARRAY WRAPPER behavior",
            compiler.place(node),
        )
    text = _call(
        compiler,
        node,
        wrapper=wrapper,
        quotes=quotes or "KEEP",
        on_empty=_words(node, "on_empty", "NULL"),
        on_error=_words(node, "on_error", "NULL"),
    )
    return _returned(compiler, Typed(text, types.VARCHAR), node)


def _returned(compiler: Compiler, value: Typed, node: exp.Expr) -> Typed:
    """Give JSON text in the type of RETURNING: a text type, or varbinary in an encoding."""
    returning = node.args.get("returning")
    if returning is None:
        return value
    kind, encoding = type_of_node(returning.this), returning.args.get("encoding")
    if kind.is_text and encoding is None:
        return cast(value, kind)
    if kind.name == "varbinary":
        return Typed(f"python_encoded({value.sql}, '{_CODECS[encoding or 'UTF8']}')", kind)
    shown = f" ENCODING {encoding}" if encoding else ""
    raise QueryError(
        "TYPE_MISMATCH",
        f"Cannot output JSON value as {kind} using formatting JSON{shown}",
        compiler.place(node),
    )


def _value(compiler: Compiler, node: JsonPathCall) -> Typed:
    returning = node.args.get("returning")
    kind = types.VARCHAR if returning is None else type_of_node(returning.this)
    text = _call(
        compiler,
        node,
        returning=kind.name,
        on_empty=_words(node, "on_empty", "NULL"),
        on_error=_words(node, "on_error", "NULL"),
    )
    return scalar_of(compiler, node, kind, Typed(text, types.VARCHAR), _words(node, "on_error", "NULL"))


def scalar_of(compiler: Compiler, node: exp.Expr, kind: Type, found: Typed, on_error: str) -> Typed:
    """Make what `python_json_value` found a value of a type, with the defaults of ON EMPTY and ON ERROR."""
    if not (kind.is_text or kind.is_numeric or kind.name == "boolean" or kind.name in _MOMENTS):
        raise QueryError(
            "TYPE_MISMATCH", f"Invalid return type of function JSON_VALUE: {kind}", compiler.place(node)
        )
    empty, failed = (_default(compiler, node, name, kind) for name in ("on_empty", "on_error"))
    name = named(found).sql
    value = cast(Typed(f"substr({name}, 2)", types.VARCHAR), kind).sql
    if on_error != "ERROR":
        value = f"coalesce(TRY({value}), {failed.sql})"
    branches = f"WHEN 'v' THEN {value} WHEN 'e' THEN {empty.sql} WHEN 'x' THEN {failed.sql}"
    return bound(found, Typed(f"CASE left({name}, 1) {branches} END", kind))


def _default(compiler: Compiler, node: exp.Expr, name: str, kind: Type) -> Typed:
    """Compile the default of ON EMPTY or ON ERROR in the type of the function."""
    behaviour = node.args.get(name)
    default = None if behaviour is None else behaviour.args.get("default")
    if default is None:
        return null_of(kind)
    value = compiler.compile(default)
    if not types.can_coerce(value.type, kind) and not (kind.is_text and value.type.is_text):
        raise QueryError(
            "TYPE_MISMATCH",
            f"Function JSON_VALUE default {name.removeprefix('on_').upper()} result must evaluate to a {kind}"
            f" (actual: {value.type})",
            compiler.place(default),
        )
    return cast(value, kind)


def build(compiler: Compiler, node: JsonBuild) -> Typed:
    """Compile JSON_OBJECT or JSON_ARRAY."""
    is_object = node.args["name"] == "json_object"
    make = _object if is_object else _array
    return _returned(compiler, Typed(make(compiler, node), types.VARCHAR), node)


def _item(compiler: Compiler, node: JsonText) -> str:
    """Write a value as JSON; NULL stays NULL."""
    if node.args.get("format"):
        return f"python_json_document({document(compiler, node)})"
    value = compiler.compile(node.this)
    if value.type.name == "unknown":
        return "CAST(NULL AS VARCHAR)"
    if _is_json(node.this):
        return document(compiler, node)
    if value.type.is_numeric or value.type.name == "boolean":
        text = json_text(value.sql, value.type)
    else:
        text = f"CAST(to_json({cast(value, types.VARCHAR, compiler.place(node)).sql}) AS VARCHAR)"
    if text is None:
        raise UnsupportedError(f"JSON of {value.type}", compiler.place(node))
    return text


def _array(compiler: Compiler, node: JsonBuild) -> str:
    items = [_item(compiler, item) for item in node.expressions]
    if not items:
        return "'[]'"
    if node.args.get("absent"):
        return f"json_array_text([{', '.join(items)}])"
    return "('[' || " + " || ',' || ".join(f"coalesce({item}, 'null')" for item in items) + " || ']')"


def _object(compiler: Compiler, node: JsonBuild) -> str:
    if not node.expressions:
        return "'{}'"
    keys = [_key(compiler, pair) for pair in node.expressions]
    values = [_item(compiler, pair.expression) for pair in node.expressions]
    if node.args.get("unique") and any(pair.expression.args.get("format") for pair in node.expressions):
        raise QueryError(
            "NOT_SUPPORTED",
            "WITH UNIQUE KEYS behavior is not supported for JSON_OBJECT function when input expression has"
            " FORMAT",
            compiler.place(node),
        )
    absent, unique = ("true" if node.args.get(name) else "false" for name in ("absent", "unique"))
    return f"json_object_text([{', '.join(keys)}], [{', '.join(values)}], {absent}, {unique})"


def _key(compiler: Compiler, pair: JsonPair) -> str:
    key = compiler.compile(pair.this)
    if not key.type.is_text and key.type.name != "unknown":
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT",
            f"Invalid type of JSON_OBJECT function key: {key.type}",
            compiler.place(pair.this),
        )
    return "CAST(NULL AS VARCHAR)" if key.type.name == "unknown" else coerce(key, types.VARCHAR).sql


HANDLERS: Mapping[type[exp.Expr], Callable[[Compiler, Any], Typed]] = {
    JsonPathCall: path_call,
    JsonBuild: build,
}
