"""Parameters against the shapes of botocore's models: every member known, in place, of its type, within its limits.

This is a second reading of the models beside `local_aws.gateway.constraints`, which tells callers what AWS would: that
one leaves out what a model lacks, this one reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.gateway.patterns import matches
from tests.payloads.decode import decode
from tests.payloads.identify import UnidentifiedError, identify
from tests.payloads.recorder import Sent

_TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "short": (int,),
    "byte": (int,),
    "float": (int, float),
    "double": (int, float),
    "blob": (bytes,),
    # Seconds since 1970 in JSON, ISO 8601 or HTTP dates elsewhere.
    "timestamp": (int, float, str),
}
_COUNTED = frozenset({"string", "blob", "list", "map"})
_NUMBERS = frozenset({"integer", "long", "short", "byte", "float", "double"})


@dataclass(frozen=True)
class Call:
    """What a request was found to be: `service:Operation`, its parameters, and what is wrong with it."""

    name: str
    parameters: Mapping[str, Any]
    violations: tuple[str, ...]


def read(sent: Sent) -> Call:
    """Identify, decode and check a request; raises `UnidentifiedError`."""
    found = identify(sent)
    decoded = decode(sent, found)
    broken = violations(found.operation.input_shape, decoded.parameters)
    texts = [f"{found.name} {text}" for text in (*decoded.problems, *broken)]
    return Call(found.name, decoded.parameters, tuple(texts))


def operations(recorded: Iterable[Sent]) -> set[str]:
    """Give the operations of recorded requests; fails unless each is identified and as its model wants it."""
    names, wrong = set(), set()
    for sent in recorded:
        try:
            call = read(sent)
        except UnidentifiedError as error:
            wrong.add(str(error))
        else:
            names.add(call.name)
            wrong.update(call.violations)
    assert not wrong, "\n".join(sorted(wrong))
    return names


def violations(shape: Shape | None, parameters: Any) -> list[str]:
    """Give one text for each thing about `parameters` that `shape` does not allow."""
    if shape is None:
        return [f".{name}: unknown, the operation has no parameters" for name in parameters]
    return list(_broken(shape, parameters, ""))


def _has_type(shape: Shape, value: Any) -> bool:
    if isinstance(value, bool):
        return bool(shape.type_name == "boolean")
    return isinstance(value, _TYPES[shape.type_name])


def _broken(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not _has_type(shape, value):
        yield f"{path}: {type(value).__name__} {value!r:.80} instead of {shape.type_name}"
        return
    yield from (f"{path}: {value!r:.80} {text}" for text in _limits(shape, value))
    if isinstance(shape, StructureShape):
        yield from _members(shape, value, path)
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield from _broken(shape.member, item, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from (f"{path}: the key {key!r:.80} {text}" for text in _limits(shape.key, key))
            yield from _broken(shape.value, item, f"{path}[{key}]")


def _members(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name}: missing"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{path}: one of {', '.join(shape.members)} and not {sorted(value)}"
    for name, item in value.items():
        if name in shape.members:
            yield from _broken(shape.members[name], item, f"{path}.{name}")
        else:
            yield f"{path}.{name}: unknown"


def _limits(shape: Shape, value: Any) -> Iterator[str]:
    metadata = shape.metadata
    smallest, largest = metadata.get("min"), metadata.get("max")
    allowed, pattern = metadata.get("enum"), metadata.get("pattern")
    measured = None
    if shape.type_name in _COUNTED:
        measured = len(value)
    elif shape.type_name in _NUMBERS:
        measured = value
    if measured is not None and smallest is not None and measured < smallest:
        yield f"is under the minimum {smallest}"
    if measured is not None and largest is not None and measured > largest:
        yield f"is over the maximum {largest}"
    if allowed and value not in allowed:
        yield f"is none of {', '.join(allowed)}"
    if pattern and shape.type_name == "string" and not matches(pattern, value):
        yield f"does not have the pattern {pattern}"
