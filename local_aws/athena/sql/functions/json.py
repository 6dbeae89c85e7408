"""Functions on JSON. A text that is not JSON gives NULL where Trino gives NULL, and an error where it gives one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
json_parse(varchar) -> json => CAST(python_canonical_json({0}) AS JSON)
json_format(json) -> varchar => CAST({0} AS VARCHAR)
json_array_length(json) -> bigint => json_length({0})
json_array_length(varchar) -> bigint => json_length(TRY(CAST({0} AS JSON)))
json_array_get(json, bigint) -> json => json_element_text({0}, {1})
json_array_get(varchar, bigint) -> json => json_element_text(TRY(CAST({0} AS JSON)), {1})
is_json_scalar(json) -> boolean => (json_type({0}) NOT IN ('OBJECT', 'ARRAY'))
is_json_scalar(varchar) -> boolean => (json_type(CAST(python_canonical_json({0}) AS JSON)) NOT IN ('OBJECT', 'ARRAY'))
"""

_STEP = re.compile(
    r"""\.(?P<name>(?!\d+(?:[.\[]|$))[\w:$-]+)|\[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]|\[\s*'(?P<single>[^']*)'\s*\]"""
    r"""|\[\s*(?P<index>\d+)\s*\]|\[\s*(?P<bare>(?!\d)[\w:$-]+)\s*\]|\.(?P<number>\d+)|(?P<other>.)"""
)


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    functions.builder("json_extract")(_extract)
    functions.builder("json_extract_scalar")(_extract_scalar)
    functions.builder("json_size")(_size)
    functions.builder("json_array_contains")(_contains)


def json_path(path: str, call: Call) -> str:
    """Turn a JSON path of Trino into one of DuckDB; raises `QueryError` for one that Trino does not take."""
    return "$" + "".join(
        f"[{step}]" if isinstance(step, int) else '."' + step.replace('"', '\\"') + '"'
        for step in _steps(path, call)
    )


def _steps(path: str, call: Call) -> list[str | int]:
    """Read a path: names of fields, and numbers of elements that count from 0."""
    text = path.strip()
    if not text.startswith("$"):
        raise _invalid_path(path, call)
    steps: list[str | int] = []
    for step in _STEP.finditer(text[1:]):
        if step.group("other") is not None:
            raise _invalid_path(path, call)
        if step.group("number") is not None:  # Trino: a field of an object, or an element of an array
            raise UnsupportedError(f"The JSON path {path!r} with a number as a name", call.position)
        if step.group("index") is not None:
            steps.append(int(step.group("index")))
            continue
        steps.append(
            next(n for n in (step.group(g) for g in ("name", "double", "single", "bare")) if n is not None)
        )
    return steps


def _invalid_path(path: str, call: Call) -> QueryError:
    return QueryError("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'", call.position)


def _found(call: Call, path: str) -> str:
    """Give what stands at a path of the first argument, as JSON; NULL when it is not there or the text is no JSON."""
    value = call.argument(0)
    if value.type.name == "json":
        return f"json_extract({value.sql}, {quote_text(path)})"
    if not types.can_coerce(value.type, types.VARCHAR):
        raise call.mismatch()
    return f"TRY(json_extract({coerce(value, types.VARCHAR).sql}, {quote_text(path)}))"


def _path(call: Call, expected: str) -> str:
    if call.count != 2:
        raise call.wrong_count(expected)
    return json_path(call.literal_text(1), call)


def _extract(call: Call) -> Typed:
    path = _path(call, "json_extract(varchar(x), JsonPath), json_extract(json, JsonPath)")
    return Typed(_found(call, path), types.JSON)


def _extract_scalar(call: Call) -> Typed:
    path = _path(call, "json_extract_scalar(varchar(x), JsonPath), json_extract_scalar(json, JsonPath)")
    return _scalar(call, path)


def _scalar(call: Call, path: str) -> Typed:
    found, value = _found(call, path), call.argument(0)
    written = _written_number(path)
    if value.type.name == "json" or written is None:
        return Typed(f"json_scalar_text({found})", types.VARCHAR)
    source = coerce(value, types.VARCHAR).sql
    return Typed(f"json_scalar_in_text({found}, {source}, {quote_text(written)})", types.VARCHAR)


def _written_number(path: str) -> str | None:
    """Give the pattern of a number behind the last name of a path; None for an element of an array."""
    number = r"(-?[0-9][0-9.eE+-]*)"
    if path == "$":
        return rf"^\s*{number}"
    last = re.search(r'\."((?:[^"\\]|\\.)*)"$', path)
    return None if last is None else rf'"{re.escape(last.group(1))}"\s*:\s*{number}'


def _size(call: Call) -> Typed:
    path = _path(call, "json_size(varchar(x), JsonPath), json_size(json, JsonPath)")
    return Typed(f"json_size_of({_found(call, path)})", types.BIGINT)


def _contains(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("json_array_contains(json, bigint)")
    value, wanted = f"CAST({_found(call, '$')} AS JSON)", call.argument(1)
    if wanted.type.is_text:
        return Typed(f"json_has_text({value}, {wanted.sql})", types.BOOLEAN)
    if wanted.type.name == "boolean":
        return Typed(f"json_has({value}, CASE WHEN {wanted.sql} THEN 'true' ELSE 'false' END)", types.BOOLEAN)
    if wanted.type.is_numeric:
        return Typed(f"json_has_number({value}, CAST({wanted.sql} AS DOUBLE))", types.BOOLEAN)
    raise call.mismatch()
