"""Pages of lists, with a token that names where the next page begins."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 100


def page(
    names: Sequence[str],
    parameters: Mapping[str, Any],
    default_size: int,
    *,
    in_order: bool = True,
    most: int = MOST,
) -> tuple[list[str], str | None]:
    """Give the page that `MaxResults` and `NextToken` ask for, and the token of the next one or None.

    `in_order` tells that names are sorted: then a page begins behind the token's name even when that is gone. Raises
    `ApiError` InvalidInputException for a token that no answer has given.
    """
    size = min(parameters.get("MaxResults", default_size), most)
    left = list(names)
    token = parameters.get("NextToken")
    if token:
        last = _decoded(token)
        if in_order:
            left = [name for name in left if name > last]
        elif last in left:
            left = left[left.index(last) + 1 :]
        else:
            left = []
    return left[:size], _encoded(left[size - 1]) if len(left) > size else None


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid_input(f"NextToken is {token!r}, which is none that an answer has given") from error
