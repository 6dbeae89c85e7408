"""Rules for prefixes and error prefixes; AWS rule: the texts, reference 3.2 and 5.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from local_aws.firehose.errors import invalid_argument
from local_aws.firehose.expressions import (
    ErrorOutputType,
    ExpressionError,
    PartitionKey,
    has_expressions,
    parse,
    shortest_length,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.firehose.expressions import Segment
    from local_aws.gateway.service import ApiError

_LONGEST_EVALUATED = 512


def check(settings: Mapping[str, Any], *, partitioning: bool) -> None:
    """Check `Prefix` and `ErrorOutputPrefix` of one S3 destination or backup."""
    prefix = _parse(settings.get("Prefix", ""), "Prefix")
    error_text = settings.get("ErrorOutputPrefix", "")
    error_prefix = _parse(error_text, "ErrorOutputPrefix")
    if any(isinstance(segment, ErrorOutputType) for segment in prefix):
        raise _constraint("Prefix must not contain any occurrence of !{firehose:error-output-type}")
    if has_expressions(prefix) and not error_text:
        raise _constraint("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
    _check_partition_keys(prefix, error_prefix, partitioning=partitioning)
    is_typed = any(isinstance(segment, ErrorOutputType) for segment in error_prefix)
    if has_expressions(error_prefix) and not is_typed:
        raise _constraint(
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}"
        )
    for name, segments in (("prefix", prefix), ("ErrorOutputPrefix", error_prefix)):
        if shortest_length(segments) > _LONGEST_EVALUATED:
            raise _constraint(f"Length of evaluated {name} cannot be greater than {_LONGEST_EVALUATED}")


def partition_keys(prefix: str, source: Literal["query", "lambda"]) -> set[str]:
    """Give the names of the partition keys from `source` that a valid prefix uses."""
    segments = parse(prefix)
    return {one.name for one in segments if isinstance(one, PartitionKey) and one.source == source}


def _check_partition_keys(
    prefix: tuple[Segment, ...], error_prefix: tuple[Segment, ...], *, partitioning: bool
) -> None:
    if any(isinstance(segment, PartitionKey) for segment in error_prefix):
        raise invalid_argument("Dynamic Partitioning Namespaces can't be part of an error prefix expression")
    has_keys = any(isinstance(segment, PartitionKey) for segment in prefix)
    if has_keys and not partitioning:
        raise invalid_argument(
            "Dynamic Partitioning Namespaces can only be part of a prefix expression when "
            "Dynamic Partitioning is enabled."
        )
    if partitioning and not has_keys:
        raise invalid_argument(
            "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled"
        )


def _parse(text: str, member: Literal["Prefix", "ErrorOutputPrefix"]) -> tuple[Segment, ...]:
    try:
        return parse(text, member)
    except ExpressionError as error:
        raise _constraint(str(error)) from error


def _constraint(text: str) -> ApiError:
    return invalid_argument(f"The supplied prefix(es) do not satisfy the following constraint: {text}")
