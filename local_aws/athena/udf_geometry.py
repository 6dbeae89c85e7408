"""Geometries: held as well-known binary, calculated by GEOS. Those on a sphere are held in the same form.

AWS rule: rings are printed as Esri's library has them, the outer one against the clock and the inner ones with it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_EARTH_RADIUS_METRES = 6_371_010
_TYPE_NAMES = {"GeometryCollection": "ST_GeomCollection", "LinearRing": "ST_LineString"}


@lru_cache(maxsize=1)
def _geos() -> Any:
    import shapely

    return shapely


def _read(data: bytes) -> Any:
    return _geos().from_wkb(data)


def _write(geometry: Any) -> bytes:
    return bytes(_geos().to_wkb(geometry, byte_order=1))


def _of_text(text: str, kind: str) -> bytes:
    """Read well-known text; a `kind` that is not empty is the only one that is taken. An open ring is closed."""
    try:
        geometry = _geos().from_wkt(text, on_invalid="fix")
    except _geos().GEOSException:
        geometry = None
    if geometry is None:
        raise invalid_argument(f"Invalid WKT: {text}")
    if kind and geometry.geom_type != kind:
        name, wanted = (_spaced(one) for one in (geometry.geom_type, kind))
        function = "ST_LineFromText" if kind == "LineString" else "ST_Polygon"
        raise invalid_argument(f"{function} only applies to {wanted}. Input type is: {name}")
    return _write(_geos().orient_polygons(geometry))


def _spaced(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).lstrip("_").upper()


def _text(data: bytes) -> str:
    """Write well-known text; an empty line or polygon is written as an empty collection of them, as documented."""
    geometry = _read(data)
    if geometry.is_empty and geometry.geom_type in ("LineString", "Polygon"):
        return f"MULTI{geometry.geom_type.upper()} EMPTY"
    return str(_geos().to_wkt(geometry, rounding_precision=-1, trim=True))


def _of_binary(data: bytes) -> bytes:
    try:
        return _write(_geos().orient_polygons(_read(data)))
    except _geos().GEOSException:
        raise invalid_argument("Invalid WKB") from None


def _point(x: float, y: float) -> bytes:
    return _write(_geos().Point(x, y))


def _line(points: list[bytes]) -> bytes:
    found = [_read(point) for point in points]
    if any(point.geom_type != "Point" for point in found):
        raise invalid_argument("ST_LineString takes only an array of valid points")
    for before, after in pairwise(found):
        if before.equals(after):
            raise invalid_argument("Invalid input to ST_LineString: consecutive duplicate points")
    return _write(_geos().LineString(found if len(found) > 1 else []))


def _multi_point(points: list[bytes]) -> bytes | None:
    found = [_read(point) for point in points]
    if any(point.geom_type != "Point" or point.is_empty for point in found):
        raise invalid_argument("Invalid input to ST_MultiPoint: geometry is not a point")
    return _write(_geos().MultiPoint(found)) if found else None


def _only(geometry: Any, function: str, *kinds: str) -> Any:
    if geometry.geom_type not in kinds:
        wanted = " or ".join(_spaced(kind) for kind in kinds)
        raise invalid_argument(
            f"{function} only applies to {wanted}. Input type is: {_spaced(geometry.geom_type)}"
        )
    return geometry


def _number(name: str) -> Callable[[bytes], float | None]:
    """Return the function that gives a number of a geometry, NULL for an empty one."""

    def measure(data: bytes) -> float | None:
        geometry = _read(data)
        if name in ("x", "y"):
            _only(geometry, f"ST_{name.upper()}", "Point")
        if geometry.is_empty:
            return None
        bounds = dict(zip(("xmin", "ymin", "xmax", "ymax"), geometry.bounds, strict=True))
        return float(bounds[name] if name in bounds else getattr(geometry, name))

    return measure


def _length(data: bytes) -> float:
    return float(_only(_read(data), "ST_Length", "LineString", "MultiLineString").length)


def _distance(left: bytes, right: bytes) -> float | None:
    a, b = _read(left), _read(right)
    return None if a.is_empty or b.is_empty else float(a.distance(b))


def _test(name: str) -> Callable[[bytes, bytes], bool]:
    def holds(left: bytes, right: bytes) -> bool:
        return bool(getattr(_geos(), name)(_read(left), _read(right)))

    return holds


def _relate(left: bytes, right: bytes, pattern: str) -> bool:
    return bool(_geos().relate_pattern(_read(left), _read(right), pattern))


def _is_closed(data: bytes) -> bool:
    lines = _geos().get_parts(_only(_read(data), "ST_IsClosed", "LineString", "MultiLineString"))
    return all(bool(line.coords) and line.coords[0] == line.coords[-1] for line in lines)


def _is_ring(data: bytes) -> bool:
    line = _only(_read(data), "ST_IsRing", "LineString")
    return bool(line.is_closed and line.is_simple)


def _kind(data: bytes) -> str:
    name = _read(data).geom_type
    return _TYPE_NAMES.get(name, f"ST_{name}")


def _count(name: str) -> Callable[[bytes], int]:
    def count(data: bytes) -> int:
        geometry = _read(data)
        if name == "rings":
            return len(_only(geometry, "ST_NumInteriorRing", "Polygon").interiors)
        if name == "points":
            return int(_geos().get_num_coordinates(geometry))
        if name == "dimension":
            return int(_geos().get_dimensions(geometry))
        return 0 if geometry.is_empty else int(_geos().get_num_geometries(geometry))

    return count


def _point_at(data: bytes, index: int) -> bytes | None:
    """Return the point of a line at a place from 1 on, or from -1 back; NULL where there is none."""
    line = _only(_read(data), "ST_PointN", "LineString")
    place = index - 1 if index > 0 else len(line.coords) + index
    return _point(*line.coords[place][:2]) if index and 0 <= place < len(line.coords) else None


def _part_at(data: bytes, index: int) -> bytes | None:
    parts = [] if (geometry := _read(data)).is_empty else _geos().get_parts(geometry)
    return _write(parts[index - 1]) if 1 <= index <= len(parts) else None


def _envelope(data: bytes) -> bytes:
    geometry = _read(data)
    if geometry.is_empty:
        return _write(_geos().Polygon())
    west, south, east, north = geometry.bounds
    return _write(_geos().Polygon([(west, south), (east, south), (east, north), (west, north)]))


def _centroid(data: bytes) -> bytes:
    return _write(_read(data).centroid)


def _locate(line: bytes, point: bytes) -> float | None:
    a, b = _only(_read(line), "line_locate_point", "LineString", "MultiLineString"), _read(point)
    _only(b, "line_locate_point", "Point")
    return None if a.is_empty or b.is_empty else float(a.project(b, normalized=True))


def _on_sphere(data: bytes) -> bytes:
    for x, y in _geos().get_coordinates(_read(data)):
        if not -180 <= x <= 180:
            raise invalid_argument("Longitude must be between -180 and 180")
        if not -90 <= y <= 90:
            raise invalid_argument("Latitude must be between -90 and 90")
    return data


def _great_circle(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the metres between two places, each a longitude and a latitude, on a sphere."""
    (a_lon, a_lat), (b_lon, b_lat) = ((math.radians(x), math.radians(y)) for x, y in (first, second))
    delta = a_lon - b_lon
    side = math.cos(b_lat) * math.sin(delta)
    ahead = math.cos(a_lat) * math.sin(b_lat) - math.sin(a_lat) * math.cos(b_lat) * math.cos(delta)
    along = math.sin(a_lat) * math.sin(b_lat) + math.cos(a_lat) * math.cos(b_lat) * math.cos(delta)
    return math.atan2(math.sqrt(side * side + ahead * ahead), along) * _EARTH_RADIUS_METRES


def _sphere_distance(left: bytes, right: bytes) -> float | None:
    a, b = (_only(_read(data), "ST_Distance", "Point") for data in (left, right))
    return None if a.is_empty or b.is_empty else _great_circle((a.x, a.y), (b.x, b.y))


def _sphere_length(data: bytes) -> float | None:
    geometry = _only(_read(data), "ST_Length", "LineString", "MultiLineString")
    if geometry.is_empty:
        return None
    return math.fsum(
        _great_circle(*pair) for line in _geos().get_parts(geometry) for pair in pairwise(line.coords)
    )


_TESTS = ("contains", "crosses", "disjoint", "equals", "intersects", "overlaps", "touches", "within")
# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_geometry_of_text", _of_text, ["VARCHAR", "VARCHAR"], "BLOB"),
    ("python_geometry_text", _text, ["BLOB"], "VARCHAR"),
    ("python_geometry_of_binary", _of_binary, ["BLOB"], "BLOB"),
    ("python_point", _point, ["DOUBLE", "DOUBLE"], "BLOB"),
    ("python_line", _line, ["BLOB[]"], "BLOB"),
    ("python_multi_point", _multi_point, ["BLOB[]"], "BLOB"),
    *(
        (f"python_st_{name}", _number(name), ["BLOB"], "DOUBLE")
        for name in ("x", "y", "xmin", "ymin", "xmax", "ymax")
    ),
    ("python_st_area", lambda data: float(_read(data).area), ["BLOB"], "DOUBLE"),
    ("python_st_length", _length, ["BLOB"], "DOUBLE"),
    ("python_st_distance", _distance, ["BLOB", "BLOB"], "DOUBLE"),
    *((f"python_st_{name}", _test(name), ["BLOB", "BLOB"], "BOOLEAN") for name in _TESTS),
    ("python_st_relate", _relate, ["BLOB", "BLOB", "VARCHAR"], "BOOLEAN"),
    ("python_st_isclosed", _is_closed, ["BLOB"], "BOOLEAN"),
    ("python_st_isring", _is_ring, ["BLOB"], "BOOLEAN"),
    ("python_st_isempty", lambda data: bool(_read(data).is_empty), ["BLOB"], "BOOLEAN"),
    ("python_st_isvalid", lambda data: bool(_read(data).is_valid), ["BLOB"], "BOOLEAN"),
    ("python_st_issimple", lambda data: bool(_read(data).is_simple), ["BLOB"], "BOOLEAN"),
    ("python_st_geometrytype", _kind, ["BLOB"], "VARCHAR"),
    *(
        (f"python_count_{name}", _count(name), ["BLOB"], "BIGINT")
        for name in ("rings", "points", "dimension", "parts")
    ),
    ("python_st_pointn", _point_at, ["BLOB", "BIGINT"], "BLOB"),
    ("python_st_geometryn", _part_at, ["BLOB", "BIGINT"], "BLOB"),
    ("python_st_envelope", _envelope, ["BLOB"], "BLOB"),
    ("python_st_centroid", _centroid, ["BLOB"], "BLOB"),
    ("python_line_locate", _locate, ["BLOB", "BLOB"], "DOUBLE"),
    ("python_on_sphere", _on_sphere, ["BLOB"], "BLOB"),
    ("python_sphere_distance", _sphere_distance, ["BLOB", "BLOB"], "DOUBLE"),
    ("python_sphere_length", _sphere_length, ["BLOB"], "DOUBLE"),
)
