"""The constraints that an API's model puts on parameters, with the sentences in which AWS reports them.

AWS checks all of them before the service sees the request and names every violation in one message.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

# AWS rule: Athena reports violations of its model under its own exception; the others under the common one.
_ERROR_CODES = {"athena": "InvalidRequestException"}
_COUNTED = frozenset({"string", "blob", "list", "map"})
_NUMBERS = frozenset({"integer", "long", "short", "byte", "float", "double"})


def check(service: str, shape: Shape | None, parameters: Mapping[str, Any]) -> None:
    """Raise `ApiError` naming every member of `parameters` that violates the model's constraints."""
    if shape is None:
        return
    found = list(_violations(shape, parameters, ""))
    if found:
        noun = "error" if len(found) == 1 else "errors"
        message = f"{len(found)} validation {noun} detected: {'; '.join(found)}"
        raise ApiError(_ERROR_CODES.get(service, "ValidationException"), message)


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            member_path = _join(path, name[0].lower() + name[1:])
            if name in value:
                yield from _violations(member, value[name], member_path)
            elif name in shape.required_members:
                yield f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null"
        return
    yield from _own_violations(shape, value, path)
    if isinstance(shape, ListShape):
        for index, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _violations(shape.key, key, f"{path}.key")
            yield from _violations(shape.value, item, f"{path}.{key}.member")


def _own_violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    head = _value_text(shape, value)
    for constraint in _broken_constraints(shape, value):
        yield f"{head} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _broken_constraints(shape: Shape, value: Any) -> Iterator[str]:
    metadata = shape.metadata
    smallest, largest = metadata.get("min"), metadata.get("max")
    pattern, allowed = metadata.get("pattern"), metadata.get("enum")
    if allowed and value not in allowed:
        yield f"satisfy enum value set: [{', '.join(allowed)}]"
    if pattern and shape.type_name == "string" and not _compiled(pattern).fullmatch(value):
        yield f"satisfy regular expression pattern: {pattern}"
    if shape.type_name in _COUNTED:
        if smallest is not None and len(value) < smallest:
            yield f"have length greater than or equal to {smallest}"
        if largest is not None and len(value) > largest:
            yield f"have length less than or equal to {largest}"
    elif shape.type_name in _NUMBERS:
        if smallest is not None and value < smallest:
            yield f"have value greater than or equal to {smallest}"
        if largest is not None and value > largest:
            yield f"have value less than or equal to {largest}"


def _value_text(shape: Shape, value: Any) -> str:
    if shape.metadata.get("sensitive"):
        return "Value"
    if isinstance(value, bytes):
        return f"Value 'java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]'"
    if isinstance(value, list):
        # The members' own text would repeat a whole batch of records; their number says enough.
        simple = all(isinstance(item, str | int | float) for item in value)
        return f"Value '[{', '.join(map(str, value)) if simple else f'{len(value)} members'}]'"
    return f"Value '{value}'"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile one of the model's patterns, which are Java's, for Python."""
    # In UTF-16, which Java's patterns are about, this is every character beyond the first 65,536.
    translated = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    translated = re.sub(r"\\p\{(\w)\}", lambda match: _category(match[1]), translated)
    return re.compile(translated, re.ASCII)


@lru_cache(maxsize=16)
def _category(letter: str) -> str:
    """Spell out a Unicode category (`L`, `N`, `Z`) as the inside of a character class."""
    ranges: list[tuple[int, int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] != letter:
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
