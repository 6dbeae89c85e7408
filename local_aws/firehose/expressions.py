"""The expressions of S3 prefixes, `!{namespace:value}`: their grammar, parsed into typed segments.

AWS rule: forms and namespaces, reference 3.1; refused patterns, reference 3.2. Whoever names objects evaluates
the segments; here nothing is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

# Measured: exactly these letters are refused in a timestamp pattern. Java's formatter knows `V` and `p`;
# Firehose refuses them all the same.
REFUSED_PATTERN_LETTERS = frozenset("CIJPRTUVbfijloprt")
# Java's formatter keeps these for itself.
_RESERVED_PATTERN_CHARACTERS = frozenset("{}#")

_PARTITION_KEY_SOURCES: dict[str, OneOf["query", "lambda"]] = {
    "partitionKeyFromQuery": "query",
    "partitionKeyFromLambda": "lambda",
}


class ExpressionError(ValueError):
    """A prefix breaks the grammar; the message is the one that AWS gives."""


@dataclass(frozen=True)
class Literal:
    """Text that goes into the key as it stands."""

    text: str


@dataclass(frozen=True)
class Timestamp:
    """An instant in a pattern of Java's `DateTimeFormatter`, quoted literals included."""

    pattern: str


@dataclass(frozen=True)
class RandomString:
    """Eleven random characters, fresh ones at every occurrence."""


@dataclass(frozen=True)
class ErrorOutputType:
    """The kind of failure, such as `processing-failed`; only in error prefixes."""


@dataclass(frozen=True)
class PartitionKey:
    """The value of a partition key: from the jq query or from the transform function."""

    source: OneOf["query", "lambda"]
    name: str


Segment = Literal | Timestamp | RandomString | ErrorOutputType | PartitionKey


def parse(text: str, member: OneOf["Prefix", "ErrorOutputPrefix"] = "Prefix") -> tuple[Segment, ...]:
    """Parse a prefix; `member` is its name in the API, for the messages. Adjacent segments stay in order.

    Raises `ExpressionError` with AWS's text: for a `!{` that opens no complete expression, for an unknown
    namespace, and for a value that the namespace does not take.
    """
    segments: list[Segment] = []
    position = 0
    while (opening := text.find("!{", position)) >= 0:
        if opening > position:
            segments.append(Literal(text[position:opening]))
        closing = text.find("}", opening)
        content = text[opening + 2 : closing] if closing >= 0 else ""
        namespace, colon, value = content.partition(":")
        if not (namespace and colon and value) or "!{" in content:
            raise ExpressionError(
                f"Invalid expression usage: {text}.Must be of the form !{{<namespace>:<value>}}"
            )
        segments.append(_expression(namespace, value, member))
        position = closing + 1
    if position < len(text):
        segments.append(Literal(text[position:]))
    return tuple(segments)


def has_expressions(segments: tuple[Segment, ...]) -> bool:
    """Tell whether any segment is more than literal text."""
    return any(not isinstance(segment, Literal) for segment in segments)


def shortest_length(segments: tuple[Segment, ...]) -> int:
    """Give the least number of characters that the evaluated prefix can have."""
    return sum(len(segment.text) if isinstance(segment, Literal) else 1 for segment in segments)


def _expression(namespace: str, value: str, member: str) -> Segment:
    if namespace == "timestamp":
        if not is_timestamp_pattern(value):
            raise _invalid_value(member)
        return Timestamp(value)
    if namespace == "firehose":
        if value == "random-string":
            return RandomString()
        if value == "error-output-type":
            return ErrorOutputType()
        raise _invalid_value(member)
    source = _PARTITION_KEY_SOURCES.get(namespace)
    if source is None:
        raise ExpressionError(f"Namespace to the left of colon ({namespace}) is an invalid keyword!")
    return PartitionKey(source, value)


def is_timestamp_pattern(pattern: str) -> bool:
    """Tell whether Firehose takes `pattern` for a timestamp; text between single quotes is literal."""
    quoted = False
    for character in pattern:
        if character == "'":
            quoted = not quoted
        elif not quoted and character in REFUSED_PATTERN_LETTERS | _RESERVED_PATTERN_CHARACTERS:
            return False
    return not quoted


def _invalid_value(member: str) -> ExpressionError:
    return ExpressionError(f"Invalid conversion character used in the value of the expression in {member}")
