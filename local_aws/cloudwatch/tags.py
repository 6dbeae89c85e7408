"""Tags of alarms and dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.cloudwatch.errors import invalid_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# AWS rule: tags of a resource.
_MOST = 50
_LONGEST_KEY = 128


def merged(present: Mapping[str, str], given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Give tags with others added. Raises `ApiError` for tags that are not allowed."""
    together = {**present, **{tag["Key"]: tag["Value"] for tag in given}}
    if len(together) > _MOST:
        raise invalid_value(f"There would be {len(together)} tags; at most {_MOST} are allowed")
    for tag in given:
        key = tag["Key"]
        if not 1 <= len(key) <= _LONGEST_KEY or key.lower().startswith("aws:"):
            raise invalid_value(
                f"The tag key {key!r} is not allowed; "
                f"it must have 1 to {_LONGEST_KEY} characters and not begin with aws:"
            )
    return together


def described(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Give tags as the API does."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
