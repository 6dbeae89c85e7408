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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from botocore.model import Shape

# AWS rule: what Athena and CloudWatch report violations of their models as; the others use the common exception.
_ERROR_CODES = {"athena": "InvalidRequestException", "cloudwatch": "ValidationError"}
# Measured: Firehose names the member and not the value.
_WITHOUT_VALUES = frozenset({"firehose"})
# Measured: the order in which AWS prints these sets is neither the model's nor the alphabet's.
_PRINTED_SETS = (
    ("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
    ("SNAPPY", "GZIP", "UNCOMPRESSED"),
    ("ZLIB", "SNAPPY", "NONE"),
    (
        "Decompression",
        "Lambda",
        "RecordDeAggregation",
        "MetadataExtraction",
        "AppendDelimiterToRecord",
        "CloudWatchLogProcessing",
    ),
    (
        "DataMessageExtraction",
        "NumberOfRetries",
        "Delimiter",
        "RoleArn",
        "JsonParsingEngine",
        "SubRecordType",
        "MetadataExtractionQuery",
        "BufferIntervalInSeconds",
        "LambdaArn",
        "BufferSizeInMBs",
        "CompressionFormat",
    ),
)
_PRINTED_ORDERS = {frozenset(printed): printed for printed in _PRINTED_SETS}
_CONTAINERS = (StructureShape, ListShape, MapShape)
_COUNTED = frozenset({"string", "blob", "list", "map"})
_NUMBERS = frozenset({"integer", "long", "short", "byte", "float", "double"})


def check(service: str, shape: Shape | None, parameters: Mapping[str, Any]) -> None:
    """Raise `ApiError` naming every member of `parameters` that violates the model's constraints."""
    if shape is None:
        return
    found = list(_violations(shape, parameters, "", with_values=service not in _WITHOUT_VALUES))
    if found:
        noun = "error" if len(found) == 1 else "errors"
        message = f"{len(found)} validation {noun} detected: {'; '.join(found)}"
        raise ApiError(_ERROR_CODES.get(service, "ValidationException"), message)


def _violations(shape: Shape, value: Any, path: str, *, with_values: bool) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            member_path = _join(path, name[0].lower() + name[1:])
            if name in value:
                yield from _violations(member, value[name], member_path, with_values=with_values)
            elif name in shape.required_members:
                head = "Value null" if with_values else "Value"
                yield f"{head} at '{member_path}' failed to satisfy constraint: Member must not be null"
        return
    head = _value_text(shape, value) if with_values else "Value"
    for constraint in _broken_constraints(shape, value):
        yield f"{head} at '{path}' failed to satisfy constraint: {constraint}"
    if isinstance(shape, ListShape) and isinstance(shape.member, _CONTAINERS):
        for index, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{index}.member", with_values=with_values)


def _broken_constraints(shape: Shape, value: Any) -> Iterator[str]:
    metadata = shape.metadata
    smallest, largest = metadata.get("min"), metadata.get("max")
    pattern, allowed = metadata.get("pattern"), metadata.get("enum")
    if allowed and value not in allowed:
        yield f"Member must satisfy enum value set: [{', '.join(_in_printed_order(allowed))}]"
    if shape.type_name in _COUNTED:
        if smallest is not None and len(value) < smallest:
            yield f"Member must have length greater than or equal to {smallest}"
        if largest is not None and len(value) > largest:
            yield f"Member must have length less than or equal to {largest}"
    elif shape.type_name in _NUMBERS:
        if smallest is not None and value < smallest:
            yield f"Member must have value greater than or equal to {smallest}"
        if largest is not None and value > largest:
            yield f"Member must have value less than or equal to {largest}"
    if pattern and shape.type_name == "string" and not java_pattern(pattern).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    if isinstance(shape, MapShape):
        yield from _broken_inside("Map keys", shape.key, value)
        yield from _broken_inside("Map value", shape.value, value.values())
    elif isinstance(shape, ListShape) and not isinstance(shape.member, _CONTAINERS):
        yield from _broken_inside("Member", shape.member, value)


def _broken_inside(subject: str, shape: Shape, values: Iterable[Any]) -> Iterator[str]:
    """Give at most one violation for all `values`: AWS then prints the whole set of constraints."""
    if isinstance(shape, _CONTAINERS) or not any(list(_broken_constraints(shape, value)) for value in values):
        return
    metadata = shape.metadata
    whole = []
    if metadata.get("enum"):
        whole.append(
            f"Member must satisfy enum value set: [{', '.join(_in_printed_order(metadata['enum']))}]"
        )
    if metadata.get("max") is not None:
        whole.append(f"Member must have length less than or equal to {metadata['max']}")
    if metadata.get("min") is not None:
        whole.append(f"Member must have length greater than or equal to {metadata['min']}")
    if metadata.get("pattern"):
        whole.append(f"Member must satisfy regular expression pattern: {metadata['pattern']}")
    yield f"{subject} must satisfy constraint: [{', '.join(whole)}]"


def _in_printed_order(allowed: Sequence[str]) -> Sequence[str]:
    return _PRINTED_ORDERS.get(frozenset(allowed), allowed)


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


@lru_cache(maxsize=1024)
def java_pattern(pattern: str) -> re.Pattern[str]:
    """Compile one of the models' patterns, which are Java's; raises `re.error` for what Python cannot say."""
    # In UTF-16, which Java's patterns are about, this is every character beyond the first 65,536.
    translated = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    translated = re.sub(r"\\p\{(\w)\}", lambda match: _category(match[1]), translated)
    # In Java a hyphen behind a class of characters is a hyphen, and a flag holds from where it stands.
    translated = translated.replace(r"\w-", r"\w\-")
    flags = re.ASCII
    if "(?i)" in translated:
        translated, flags = translated.replace("(?i)", ""), flags | re.IGNORECASE
    return re.compile(translated, flags)


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
