"""Compact JSON text of a parsed record; numbers keep the digits they were sent with.

Written here instead of with `json.dumps`, which would rewrite the digits of an ExactFloat, and which is slower for
objects of this size: it sets up its writer anew on each call.
"""

from __future__ import annotations

import json.encoder
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from lambda_transform.parse import ExactFloat

if TYPE_CHECKING:
    from collections.abc import Callable

# In C; characters outside ASCII stay as they are.
encode_text: Final = json.encoder.encode_basestring


def encode_object(value: dict[str, Any]) -> str:
    """Write a parsed JSON object without spaces."""
    writers = WRITERS
    return "{" + ",".join([f"{encode_text(k)}:{writers[v.__class__](v)}" for k, v in value.items()]) + "}"


def _array(value: list[Any]) -> str:
    writers = WRITERS
    return "[" + ",".join([writers[item.__class__](item) for item in value]) + "]"


# How to write a value, by its class: not by isinstance, because a bool is also an int. A float is finite here, because
# the parser refuses the others.
WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    str: encode_text,
    int: int.__repr__,
    float: float.__repr__,
    ExactFloat: attrgetter("text"),
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda _: "null",
    dict: encode_object,
    list: _array,
}
