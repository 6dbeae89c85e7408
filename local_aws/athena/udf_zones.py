"""Names of time zones that stand in a column."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from local_aws.athena.sql.zones import zone_id

if TYPE_CHECKING:
    from collections.abc import Callable


@lru_cache(maxsize=1024)
def _zone(text: str) -> str | None:
    return zone_id(text)


FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_zone", _zone, ["VARCHAR"], "VARCHAR"),
)
