"""SQL's own JSON functions: paths that are lax (arrays are opened and made as needed) or strict."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class _PathError(Exception):
    """A path that does not fit the document, or a text that is no JSON."""


@lru_cache(maxsize=256)
def _steps(path: str) -> tuple[bool, list[str | int]]:
    """Read a path as the compiler writes it: `[true, "a", 0]` is lax and has a name and an index."""
    lax, *steps = json.loads(path)
    return lax, steps


def _items(text: str, path: str) -> list[Any]:
    lax, steps = _steps(path)
    try:
        items = [json.loads(text, parse_float=_Number, parse_int=_Number)]
    except ValueError:
        raise _PathError from None
    for step in steps:
        items = [found for item in items for found in _follow(item, step, lax)]
    return items


def _follow(item: Any, step: str | int, lax: bool) -> list[Any]:
    if isinstance(step, int):
        elements = item if isinstance(item, list) else [item] if lax else None
        if elements is not None and step < len(elements):
            return [elements[step]]
    elif isinstance(item, dict) and step in item:
        return [item[step]]
    elif isinstance(item, list) and lax:
        return [one[step] for one in item if isinstance(one, dict) and step in one]
    if lax:
        return []
    raise _PathError


def _write(item: Any) -> str:
    if isinstance(item, _Number):
        return str(item)
    if isinstance(item, dict):
        return "{" + ",".join(f"{_write(name)}:{_write(value)}" for name, value in item.items()) + "}"
    if isinstance(item, list):
        return "[" + ",".join(map(_write, item)) + "]"
    return json.dumps(item, ensure_ascii=False)


def _only(text: str, path: str) -> tuple[Any, bool]:
    """Give the one item at a path, and whether there is one; an error is nothing, as Trino has it by default."""
    try:
        items = _items(text, path)
    except _PathError:
        return None, False
    return (items[0], True) if len(items) == 1 else (None, False)


def _value(text: str, path: str) -> str | None:
    item, found = _only(text, path)
    if not found or item is None or isinstance(item, dict | list):
        return None
    return str(item) if isinstance(item, str) else _write(item)


def _query(text: str, path: str) -> str | None:
    item, found = _only(text, path)
    return _write(item) if found else None


def _exists(text: str, path: str) -> bool:
    try:
        return bool(_items(text, path))
    except _PathError:
        return False


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_json_value", _value, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    ("python_json_query", _query, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    ("python_json_exists", _exists, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
)
