"""Values for the shapes of API models: right ones, and ones that are wrong in a way that callers manage to be."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    import random

    from botocore.model import Shape

_DEEPEST = 6
_NAMES = ("fuzz", "a", "fuzz-1", "x" * 64)
_HOSTILE_TEXTS = (
    *("", " ", "\x00", "a\x00b", "\ud800", "\udc00\ud800", "\U0001f4a9", "\ufffe", "é", "e\u0301", "\u202e"),
    *(
        "x" * 300,
        "x" * 5000,
        "../../etc/passwd",
        "..",
        ".",
        "/",
        "a/b",
        "%00",
        "%",
        "{}",
        "[",
        "'",
        '"',
        "`;--",
    ),
    *(
        "\r\nX: y",
        "\x1b[31m",
        "arn:aws:",
        "arn:aws:s3:::",
        "s3://",
        "s3://b",
        "1e309",
        "NaN",
        "-0",
        "9" * 400,
    ),
    *(
        "null",
        "true",
        "<a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "${a}",
        "#{1}",
        "(a+)+$",
        "a" * 40 + "!",
    ),
)
_HOSTILE_NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 2**64, 10**40, 1.5, 1e308, -0.0)
_HOSTILE: tuple[Any, ...] = (
    *_HOSTILE_TEXTS,
    *_HOSTILE_NUMBERS,
    None,
    True,
    False,
    [],
    {},
    [None],
    {"": None},
    [[]],
)


def hostile(random: random.Random) -> Any:
    """Return a value of any type that something may stumble over."""
    if random.random() < 0.05:
        value: Any = random.choice(("x", 1, None))
        for _ in range(random.choice((3, 50, 90, 200))):
            value = [value] if random.random() < 0.5 else {"a": value}
        return value
    return random.choice(_HOSTILE)


def value_of(
    shape: Shape, random: random.Random, fault_rate: float, depth: int = 0, *, only_required: bool = False
) -> Any:
    """Return a value for `shape`; each part of it is hostile with the probability `fault_rate`.

    With `only_required` structures have no other members, and lists and maps are as short as they may be.
    """
    if random.random() < fault_rate:
        return hostile(random)
    if isinstance(shape, StructureShape):
        return _structure(shape, random, fault_rate, depth, only_required=only_required)
    if isinstance(shape, ListShape):
        more = 0 if only_required else random.choice((0, 1, 2))
        count = 0 if depth > _DEEPEST else max(shape.metadata.get("min", 0), more)
        return [
            value_of(shape.member, random, fault_rate, depth + 1, only_required=only_required)
            for _ in range(min(count, 3))
        ]
    if isinstance(shape, MapShape):
        keys = range(0 if depth > _DEEPEST or only_required else random.choice((0, 1, 2)))
        return {
            str(_text(shape.key, random)): value_of(shape.value, random, fault_rate, depth + 1) for _ in keys
        }
    return _scalar(shape, random)


def _structure(
    shape: StructureShape, random: random.Random, fault_rate: float, depth: int, *, only_required: bool
) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        wanted = name in shape.required_members and random.random() > fault_rate
        if wanted or (not only_required and depth < _DEEPEST and random.random() < 0.3):
            found[name] = value_of(member, random, fault_rate, depth + 1, only_required=only_required)
    if random.random() < fault_rate:
        found[random.choice(_HOSTILE_TEXTS)] = hostile(random)
    return found


def _scalar(shape: Shape, random: random.Random) -> Any:
    kind = shape.type_name
    if kind == "boolean":
        return random.choice((True, False))
    if kind in ("integer", "long", "short", "byte", "float", "double"):
        return max(shape.metadata.get("min", 0), random.choice((0, 1, 5, 60)))
    if kind == "timestamp":
        return 1763714000
    if kind == "blob":
        return base64.b64encode(random.choice((b"", b"x", b'{"a": 1}', b"\x00\xff"))).decode()
    return _text(shape, random)


def _text(shape: Shape, random: random.Random) -> str:
    if shape.metadata.get("enum"):
        return str(random.choice(shape.metadata["enum"]))
    shortest, name = shape.metadata.get("min", 0), shape.name.lower()
    if "arn" in name:
        return "arn:aws:iam::000000000000:role/fuzz"
    if "json" in name or "policy" in name or "document" in name:
        return random.choice(('{"Version": "2012-10-17", "Statement": []}', "{}", "[]"))
    return random.choice(_NAMES).ljust(min(shortest, 128), "x")
