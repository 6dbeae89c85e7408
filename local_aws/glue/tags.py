"""Tags of crawlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TAGS = 50
_LONGEST_KEY = 128
_CRAWLER = "crawler/"


def crawler_of(arn: str, region: str, account_id: str) -> str | None:
    """Give the name in a crawler's ARN, or None when it is the ARN of something else of Glue.

    Raises `ApiError` InvalidInputException for a crawler of another region or account.
    """
    head, _, resource = arn.partition(":glue:")
    place, _, name = resource.partition(f":{_CRAWLER}")
    if not head or not name:
        return None
    if place != f"{region}:{account_id}":
        raise invalid_input(f"ResourceArn is {arn}; the crawlers here are in {region}:{account_id}")
    return name


def checked(tags: Mapping[str, str]) -> dict[str, str]:
    """Give tags that a crawler may have; raises `ApiError` InvalidInputException for others."""
    if len(tags) > MOST_TAGS:
        raise invalid_input(f"The crawler would have {len(tags)} tags; at most {MOST_TAGS} are allowed.")
    for key in tags:
        if not 1 <= len(key) <= _LONGEST_KEY or key.lower().startswith("aws:"):
            raise invalid_input(
                f"The tag key {key!r} is not allowed; "
                f"it must have 1 to {_LONGEST_KEY} characters and not begin with aws:"
            )
    return dict(tags)
