"""SQL's JSON functions, as DuckDB calls them: a document, what the call says, and the values that it passes.

What the call says (`spec`) is a JSON object that the compiler writes: the path, and what to do when there is nothing
or something goes wrong. Passed values are an object of pairs, each the name of a type and a text.
"""

from __future__ import annotations

import itertools
import json
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from local_aws.athena.json_path.errors import EvaluationError
from local_aws.athena.json_path.evaluate import evaluate
from local_aws.athena.json_path.items import (
    Bigint,
    Item,
    Moment,
    double_cast_text,
    read_item,
    write_item,
)
from local_aws.athena.json_path.numbers import is_number
from local_aws.athena.json_path.parse import parse_path
from local_aws.athena.udf_failures import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What json_value gives: one of these letters, and behind FOUND the value as a text that a cast reads.
EMPTY, FAILED, NULL, FOUND = "e", "x", "n", "v"
_INTEGERS = ("tinyint", "smallint", "integer", "bigint")


class _ResultError(EvaluationError):
    """A result that the function cannot give."""


@lru_cache(maxsize=256)
def specification(text: str) -> dict[str, Any]:
    """Return what a call says."""
    return dict(json.loads(text))


def passed_values(text: str) -> dict[str, list[Item]]:
    """Return the values that a call passes, by name."""
    values = json.loads(text) if text != "{}" else {}
    return {name: _passed_items(kind, value) for name, (kind, value) in values.items()}


def _passed_items(kind: str, text: str | None) -> list[Item]:
    if kind == "json":
        return [] if text is None else [read_item(text)]
    if text is None:
        return [None]
    if kind in _INTEGERS:
        return [Bigint(text) if kind == "bigint" else int(text)]
    if kind in ("double", "real"):
        return [float(text)]
    if kind == "decimal":
        return [Decimal(text)]
    if kind == "boolean":
        return [text == "true"]
    return [text] if kind == "varchar" else [Moment(kind, text)]


def _items(document: str, spec: dict[str, Any], passed: str) -> list[Item]:
    values = passed_values(passed)
    return evaluate(parse_path(spec["path"]), read_item(document), values, itertools.count())


def path_failure(error: EvaluationError, result_code: str) -> ValueError:
    """Make the failure that DuckDB carries to the engine."""
    if isinstance(error, _ResultError):
        return failure(result_code, str(error))
    prefix = "path evaluation failed: " if error.code == "PATH_EVALUATION_ERROR" else ""
    return failure(error.code, f"{prefix}{error}")


def _exists(document: str, spec_text: str, passed: str) -> bool | None:
    spec = specification(spec_text)
    try:
        return bool(_items(document, spec, passed))
    except EvaluationError as error:
        if spec["on_error"] == "ERROR":
            raise path_failure(error, "JSON_EXISTS_RESULT_ERROR") from None
        return {"TRUE": True, "FALSE": False}.get(spec["on_error"])


def _query(document: str, spec_text: str, passed: str) -> str | None:
    spec = specification(spec_text)
    return query_cell(spec, lambda: _items(document, spec, passed))


def query_cell(spec: dict[str, Any], find: Callable[[], list[Item]]) -> str | None:
    """Return what JSON_QUERY gives for the items that `find` finds."""
    try:
        items = find()
        if items:
            return _written(items, spec)
    except EvaluationError as error:
        if spec["on_error"] == "ERROR":
            raise path_failure(error, "JSON_QUERY_RESULT_ERROR") from None
        return _constant(spec["on_error"])
    if spec["on_empty"] == "ERROR":
        nothing = _ResultError("cannot extract value from JSON: JSON path found no items")
        raise path_failure(nothing, "JSON_QUERY_RESULT_ERROR")
    return _constant(spec["on_empty"])


def _constant(behaviour: str) -> str | None:
    return {"EMPTY ARRAY": "[]", "EMPTY OBJECT": "{}"}.get(behaviour)


def _written(items: Sequence[Item], spec: dict[str, Any]) -> str:
    nested = len(items) == 1 and isinstance(items[0], list | dict)
    if spec["wrapper"] == "UNCONDITIONAL" or (spec["wrapper"] == "CONDITIONAL" and not nested):
        return write_item(list(items))
    if len(items) > 1:
        raise _ResultError("cannot extract value from JSON: JSON path found multiple items")
    if spec["quotes"] == "OMIT" and isinstance(items[0], str):
        return items[0]
    return write_item(items[0])


def _value(document: str, spec_text: str, passed: str) -> str:
    spec = specification(spec_text)
    return value_cell(spec, lambda: _items(document, spec, passed))


def value_cell(spec: dict[str, Any], find: Callable[[], list[Item]]) -> str:
    """Return what JSON_VALUE gives for the items that `find` finds: a letter, and a text behind FOUND."""
    try:
        items = find()
        if not items and spec["on_empty"] == "ERROR":
            message = "cannot extract SQL scalar from JSON: JSON path found no items"
            raise path_failure(_ResultError(message), "JSON_VALUE_RESULT_ERROR")
        if not items:
            return EMPTY
        return _scalar(items, spec["returning"])
    except EvaluationError as error:
        if spec["on_error"] == "ERROR":
            raise path_failure(error, "JSON_VALUE_RESULT_ERROR") from None
        return FAILED


def _scalar(items: Sequence[Item], kind: str) -> str:
    prefix = "cannot extract SQL scalar from JSON: JSON path found"
    if len(items) > 1:
        raise _ResultError(f"{prefix} multiple items")
    item = items[0]
    if item is None:
        return NULL
    if isinstance(item, list | dict):
        raise _ResultError(f"{prefix} an item that cannot be converted to an SQL value")
    text = _cast_text(item, kind)
    if text is None:
        raise _ResultError(f"{prefix} an item that cannot be converted to an SQL value")
    return FOUND + text


def _cast_text(item: Item, kind: str) -> str | None:
    """Return the text from which a cast makes the value of the type that is asked for; None without such a cast."""
    if isinstance(item, str):
        return item
    if isinstance(item, Moment):
        return item.text
    numeric = kind in (*_INTEGERS, "double", "real", "decimal")
    if isinstance(item, bool):
        shown = "true" if item else "false"
        return str(int(item)) if numeric else shown if kind in ("varchar", "char", "boolean") else None
    if not is_number(item):
        return None
    if isinstance(item, int) and not -(2**63) <= item < 2**63:
        raise EvaluationError(f"cannot convert {item} to Trino value (value too big)")
    if kind == "boolean":
        return "true" if item else "false"
    if kind in _INTEGERS and not isinstance(item, int):
        return str(Decimal(item).to_integral_value(ROUND_HALF_UP))
    if kind in ("varchar", "char") or numeric:
        if isinstance(item, float):
            return double_cast_text(item)
        return format(item, "f" if isinstance(item, Decimal) else "d")
    return None


def _document(text: str) -> str:
    """Return a document of `FORMAT JSON` as an item is written: without blanks."""
    try:
        return write_item(read_item(text))
    except EvaluationError as error:
        raise path_failure(error, "JSON_INPUT_CONVERSION_ERROR") from None


def _decoded(data: bytes, encoding: str) -> str:
    return data.decode(encoding, errors="replace")


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding)


_CALL = ["VARCHAR", "VARCHAR", "VARCHAR"]
# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_json_value", _value, _CALL, "VARCHAR"),
    ("python_json_query", _query, _CALL, "VARCHAR"),
    ("python_json_exists", _exists, _CALL, "BOOLEAN"),
    ("python_json_document", _document, ["VARCHAR"], "VARCHAR"),
    ("python_decoded", _decoded, ["BLOB", "VARCHAR"], "VARCHAR"),
    ("python_encoded", _encoded, ["VARCHAR", "VARCHAR"], "BLOB"),
)
