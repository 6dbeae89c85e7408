"""Pages of lists, with a token that names the last item of the page before."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, TypeVar

from local_aws.cloudwatch.errors import invalid_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")


def page(
    items: Sequence[Item], key: Callable[[Item], str | int], size: int, token: str | None
) -> tuple[list[Item], str | None]:
    """Give the page of `items` behind the one that `token` ended, and the token of the next one or None.

    `items` are in the order of their keys, one way or the other. Raises `ApiError` for a token of no answer.
    """
    left = list(items)
    if token:
        last = _decoded(token)
        keys = [key(item) for item in left]
        is_falling = len(keys) > 1 and keys[0] > keys[-1]  # type: ignore[operator]
        try:
            left = [
                item
                for item, each in zip(left, keys, strict=True)
                if (each < last if is_falling else each > last)  # type: ignore[operator]
            ]
        except TypeError as error:
            raise invalid_token(token) from error
    found = left[:size]
    return found, _encoded(key(found[-1])) if len(left) > size else None


def _encoded(key: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _decoded(token: str) -> str | int:
    try:
        key: str | int = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise invalid_token(token) from error
    return key
