"""Bing tiles: held as the number of their zoom level, x and y in one whole number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_ZOOM = 23
_MAX_LATITUDE = 85.05112878
_PIXELS = 256
_BITS = 23


def _tile(x: int, y: int, zoom: int) -> int:
    _check_zoom(zoom)
    if not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise invalid_argument(
            f"XY coordinates for a Bing tile at zoom level {zoom} must be within [0, {1 << zoom}) range"
        )
    return (zoom << 2 * _BITS) | (x << _BITS) | y


def _check_zoom(zoom: int, least: int = 0) -> None:
    if zoom < least:
        raise invalid_argument("Zoom level must be > 0")
    if zoom > _MAX_ZOOM:
        raise invalid_argument(f"Zoom level must be <= {_MAX_ZOOM}")


def _parts(tile: int) -> tuple[int, int, int]:
    mask = (1 << _BITS) - 1
    return (tile >> _BITS) & mask, tile & mask, tile >> 2 * _BITS


def _of_key(key: str) -> int:
    if not key:
        raise invalid_argument("QuadKey must not be empty string")
    if len(key) > _MAX_ZOOM:
        raise invalid_argument(f"QuadKey must be {_MAX_ZOOM} characters or less")
    if any(digit not in "0123" for digit in key):
        raise invalid_argument(f"Invalid QuadKey digit sequence: {key}")
    x, y = (int("".join(str(int(digit) >> bit & 1) for digit in key), 2) for bit in (0, 1))
    return _tile(x, y, len(key))


def _key(tile: int) -> str:
    x, y, zoom = _parts(tile)
    return "".join(str((x >> bit & 1) + 2 * (y >> bit & 1)) for bit in range(zoom - 1, -1, -1))


def _at(latitude: float, longitude: float, zoom: int) -> int:
    if not -_MAX_LATITUDE <= latitude <= _MAX_LATITUDE:
        raise invalid_argument(f"Latitude must be between -{_MAX_LATITUDE} and {_MAX_LATITUDE}")
    if not -180 <= longitude <= 180:
        raise invalid_argument("Longitude must be between -180.0 and 180.0")
    _check_zoom(zoom, least=1)
    sine, size = math.sin(math.radians(latitude)), _PIXELS << zoom
    across = (longitude + 180) / 360
    down = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    x, y = (int(min(max(share * size, 0), size - 1)) // _PIXELS for share in (across, down))
    return _tile(x, y, zoom)


def _around(latitude: float, longitude: float, zoom: int) -> list[int]:
    """Return the tile of a place and those beside it, column by column from the west."""
    x, y, _ = _parts(_at(latitude, longitude, zoom))
    inside = range(1 << zoom)
    return [
        _tile(column, row, zoom)
        for column in (x - 1, x, x + 1)
        if column in inside
        for row in (y - 1, y, y + 1)
        if row in inside
    ]


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_tile", _tile, ["BIGINT", "BIGINT", "BIGINT"], "BIGINT"),
    ("python_tile_of_key", _of_key, ["VARCHAR"], "BIGINT"),
    ("python_tile_key", _key, ["BIGINT"], "VARCHAR"),
    ("python_tile_at", _at, ["DOUBLE", "DOUBLE", "BIGINT"], "BIGINT"),
    ("python_tiles_around", _around, ["DOUBLE", "DOUBLE", "BIGINT"], "BIGINT[]"),
    ("python_tile_x", lambda tile: _parts(tile)[0], ["BIGINT"], "BIGINT"),
    ("python_tile_y", lambda tile: _parts(tile)[1], ["BIGINT"], "BIGINT"),
    ("python_tile_zoom", lambda tile: _parts(tile)[2], ["BIGINT"], "BIGINT"),
)
