"""Tags of a delivery stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.errors import invalid_argument, limit_exceeded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_TAGS = 50


def parse(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Give the tags of a request by their keys; a tag without a value has an empty one.

    Raises `ApiError` InvalidArgumentException for a key that comes twice.
    """
    parsed: dict[str, str] = {}
    for tag in tags:
        if tag["Key"] in parsed:
            raise invalid_argument(f"The tag key {tag['Key']!r} is given twice; each key is allowed once.")
        parsed[tag["Key"]] = tag.get("Value", "")
    return parsed


def add(present: Mapping[str, str], tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Give `present` with `tags` added or their values replaced; at most 50 in the end."""
    together = {**present, **parse(tags)}
    if len(together) > MOST_TAGS:
        raise limit_exceeded(
            f"The delivery stream would have {len(together)} tags; at most {MOST_TAGS} are allowed."
        )
    return together


def remove(present: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """Give `present` without `keys`; keys that are not there do no harm."""
    return {key: value for key, value in present.items() if key not in keys}


def page(present: Mapping[str, str], after: str | None, limit: int) -> dict[str, Any]:
    """Give one page of the answer of ListTagsForDeliveryStream, in the order of the keys."""
    keys = [key for key in sorted(present) if after is None or key > after]
    return {
        "Tags": [{"Key": key, "Value": present[key]} for key in keys[:limit]],
        "HasMoreTags": len(keys) > limit,
    }
