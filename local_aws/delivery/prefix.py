"""Where an object goes: evaluates the prefix expressions of an S3 target.

AWS rule: all timestamps of a key are one instant, the arrival of the oldest record in the object, in UTC or
the target's time zone (reference 3.1); `yyyy/MM/dd/HH/` is appended, without a slash before it, only to a
prefix that has no expression of any kind (reference 3.3).
"""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING

from local_aws.delivery.errors import ConfigError
from local_aws.delivery.java_time import format_time
from local_aws.delivery.objects import local_time
from local_aws.firehose.expressions import (
    ErrorOutputType,
    ExpressionError,
    Literal,
    PartitionKey,
    RandomString,
    Segment,
    Timestamp,
    has_expressions,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from local_aws.delivery.config import S3Target

# AWS rule: the longest evaluated prefix, reference 3.1.
LONGEST = 512
_DEFAULT_DATE_PATH = "yyyy/MM/dd/HH/"
_RANDOM_CHARACTERS = string.ascii_letters + string.digits
_RANDOM_LENGTH = 11


class PrefixEvaluator:
    """The prefix and the error prefix of one target, parsed once.

    `partition_keys` are those of the prefix in order of first appearance: `prefix` wants their values so.
    """

    def __init__(self, target: S3Target) -> None:
        try:
            self._prefix = parse(target.prefix or "", "Prefix")
            self._error_prefix = _error_segments(target)
        except ExpressionError as error:
            raise ConfigError(str(error)) from error
        if not has_expressions(self._prefix):
            self._prefix = (*self._prefix, Timestamp(_DEFAULT_DATE_PATH))
        self._time_zone = target.time_zone
        keys = dict.fromkeys(segment for segment in self._prefix if isinstance(segment, PartitionKey))
        self.partition_keys: tuple[PartitionKey, ...] = tuple(keys)

    def prefix(self, instant_ms: int, values: Sequence[str] = ()) -> str:
        """Evaluate the prefix for an object whose oldest record arrived at `instant_ms`."""
        known = dict(zip(self.partition_keys, values, strict=True))
        moment = local_time(instant_ms, self._time_zone)
        return "".join([_text(segment, moment, known, "") for segment in self._prefix])

    def fixed_parts(self, values: Sequence[str]) -> tuple[str, ...]:
        """Give what lies around timestamps and random strings: the same for values that make the same prefix."""
        known = dict(zip(self.partition_keys, values, strict=True))
        parts = [""]
        for segment in self._prefix:
            match segment:
                case Literal(text):
                    parts[-1] += text
                case PartitionKey():
                    parts[-1] += known[segment]
                case _:
                    parts.append("")
        return tuple(parts)

    def error_prefix(self, instant_ms: int, output_type: str) -> str:
        """Evaluate the error prefix for failures of `output_type`."""
        moment = local_time(instant_ms, self._time_zone)
        return "".join([_text(segment, moment, {}, output_type) for segment in self._error_prefix])


def _error_segments(target: S3Target) -> tuple[Segment, ...]:
    if target.error_prefix is None:
        # AWS documents two forms for this case, which contradict each other; this is the likelier (reference 3.3).
        return (*parse(target.prefix or ""), ErrorOutputType(), Literal("/"), Timestamp(_DEFAULT_DATE_PATH))
    segments = parse(target.error_prefix, "ErrorOutputPrefix")
    if has_expressions(segments):
        return segments
    # AWS does not say whether a static error prefix gets the date path (reference 3.3): same rule as the prefix.
    return (*segments, Timestamp(_DEFAULT_DATE_PATH))


def _text(segment: Segment, moment: datetime, values: dict[PartitionKey, str], output_type: str) -> str:
    match segment:
        case Literal(text):
            return text
        case Timestamp(pattern):
            return format_time(moment, pattern)
        case PartitionKey():
            return values[segment]
        case ErrorOutputType():
            return output_type
        case RandomString():
            return "".join(secrets.choice(_RANDOM_CHARACTERS) for _ in range(_RANDOM_LENGTH))
