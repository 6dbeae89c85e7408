"""Trino's types: their text, their supertypes, their form in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from local_aws.athena.errors import UnsupportedError

MAX_DECIMAL_PRECISION = 38
MAX_CHAR_LENGTH = 65536
# AWS rule: Athena's timestamps have milliseconds, reference 10.7; expressions may carry more.
DEFAULT_TIME_PRECISION = 3


@dataclass(frozen=True)
class Type:
    """One Trino type.

    `parameters` are the numbers of `varchar(n)`, `decimal(p, s)` and `timestamp(p)`; `arguments` the types inside an
    array, a map or a row; `names` the field names of a row (None for a field without a name).
    """

    name: str
    parameters: tuple[int, ...] = ()
    arguments: tuple[Type, ...] = ()
    names: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        if self.name == "row":
            fields = (f"{n} {t}" if n else str(t) for n, t in zip(self.names, self.arguments, strict=True))
            return f"row({', '.join(fields)})"
        if self.name in _CASED_NAMES:
            return _CASED_NAMES[self.name]
        if self.is_fine:
            return str(Type(self.shown_name, self.parameters))
        inside = [str(p) for p in self.parameters] + [str(a) for a in self.arguments]
        if self.name == "decimal":
            return f"decimal({self.parameters[0]},{self.parameters[1]})"
        if self.name in ("timestamp with time zone", "time with time zone") and inside:
            return self.name.replace(" ", f"({inside[0]}) ", 1)
        return f"{self.name}({', '.join(inside)})" if inside else self.name

    @property
    def is_fine(self) -> bool:
        """Whether it is a time finer than a microsecond (`fine_times`)."""
        return self.name.startswith(FINE)

    @property
    def shown_name(self) -> str:
        """Its name in Athena, without parameters."""
        return self.name.removeprefix(FINE)

    @property
    def is_integer(self) -> bool:
        """Whether it is one of the four whole-number types."""
        return self.name in INTEGER_WIDTH

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic is defined on it."""
        return self.is_integer or self.name in ("real", "double", "decimal")

    @property
    def is_text(self) -> bool:
        """Whether it is varchar or char."""
        return self.name in ("varchar", "char")

    @property
    def has_map(self) -> bool:
        """Whether it is a map, or has one in it: DuckDB compares maps with the order of their entries."""
        return self.name == "map" or any(argument.has_map for argument in self.arguments)

    @property
    def has_key(self) -> bool:
        """Whether values are compared, grouped and sorted by a key that is not the value (`operators.key_of`)."""
        return self.is_fine or self.name in ("timestamp with time zone", "time with time zone")

    @property
    def is_orderable(self) -> bool:
        """Whether `<` and ORDER BY are defined on it."""
        if self.name in _WITHOUT_ORDER:
            return False
        return all(argument.is_orderable for argument in self.arguments)

    @property
    def is_comparable(self) -> bool:
        """Whether `=`, GROUP BY and DISTINCT are defined on it."""
        if self.name in ("function", *SKETCHES):
            return False
        return all(argument.is_comparable for argument in self.arguments)


FINE = "fine "
_CASED_NAMES = {
    "hyperloglog": "HyperLogLog",
    "geometry": "Geometry",
    "sphericalgeography": "SphericalGeography",
    "bingtile": "BingTile",
}
# Held as the values themselves, which are not what Athena would print.
SKETCHES = ("hyperloglog", "setdigest", "qdigest", "tdigest")
_WITHOUT_ORDER = ("map", "json", "function", "geometry", "sphericalgeography", "bingtile", "color", *SKETCHES)
INTEGER_WIDTH = {"tinyint": 1, "smallint": 2, "integer": 4, "bigint": 8}
_INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}

UNKNOWN = Type("unknown")
BOOLEAN = Type("boolean")
TINYINT = Type("tinyint")
SMALLINT = Type("smallint")
INTEGER = Type("integer")
BIGINT = Type("bigint")
REAL = Type("real")
DOUBLE = Type("double")
VARCHAR = Type("varchar")
VARBINARY = Type("varbinary")
DATE = Type("date")
TIME = Type("time", (DEFAULT_TIME_PRECISION,))
TIMESTAMP = Type("timestamp", (DEFAULT_TIME_PRECISION,))
TIMESTAMP_TZ = Type("timestamp with time zone", (DEFAULT_TIME_PRECISION,))
INTERVAL_DAY = Type("interval day to second")
INTERVAL_YEAR = Type("interval year to month")
JSON = Type("json")
FUNCTION = Type("function")


def array(element: Type) -> Type:
    """Give the type of arrays of `element`."""
    return Type("array", arguments=(element,))


def map_of(key: Type, value: Type) -> Type:
    """Give the type of maps from `key` to `value`."""
    return Type("map", arguments=(key, value))


def row(fields: tuple[tuple[str | None, Type], ...]) -> Type:
    """Give the type of rows with `fields`, each a name (or None) and a type."""
    return Type("row", arguments=tuple(t for _, t in fields), names=tuple(n for n, _ in fields))


def decimal(precision: int, scale: int) -> Type:
    """Give a decimal type, its precision held to the 38 digits there are."""
    return Type("decimal", (min(precision, MAX_DECIMAL_PRECISION), min(scale, MAX_DECIMAL_PRECISION)))


def varchar(length: int) -> Type:
    """Give the type of texts of at most `length` characters."""
    return Type("varchar", (length,))


def timestamp(precision: int) -> Type:
    """Give the type of timestamps with `precision` digits of a second."""
    return Type("timestamp", (precision,))


def timestamp_tz(precision: int) -> Type:
    """Give the type of timestamps with time zone and `precision` digits of a second."""
    return Type("timestamp with time zone", (precision,))


def row_field_names(kind: Type) -> tuple[str, ...]:
    """Give the names that the fields of a row have in DuckDB: lower case, and made up where missing or repeated."""
    names: list[str] = []
    for index, name in enumerate(kind.names):
        lowered = (name or "").lower()
        names.append(lowered if lowered and lowered not in names else f"field{index}")
    return tuple(names)


_DUCKDB_NAMES = {
    "unknown": "INTEGER",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    # `o` is what the time is ahead of UTC, in minutes.
    "time with time zone": "STRUCT(t TIME, o INTEGER)",
    "timestamp": "TIMESTAMP",
    # The zone belongs to each value in Trino; DuckDB's own type only has the instant. `i` is the instant in UTC.
    "timestamp with time zone": "STRUCT(i TIMESTAMP, z VARCHAR)",
    f"{FINE}timestamp": "STRUCT(i TIMESTAMP, n INTEGER)",
    f"{FINE}timestamp with time zone": "STRUCT(i TIMESTAMP, z VARCHAR, n INTEGER)",
    "interval day to second": "INTERVAL",
    "interval year to month": "INTERVAL",
    "json": "JSON",
    "uuid": "UUID",
    "ipaddress": "BLOB",
    "hyperloglog": "VARCHAR[]",
    "setdigest": "MAP(VARCHAR, BIGINT)",
    "tdigest": "STRUCT(v DOUBLE, w DOUBLE)[]",
    "color": "BIGINT",
    "geometry": "BLOB",
    "sphericalgeography": "BLOB",
    "bingtile": "BIGINT",
}


def duckdb_type(kind: Type) -> str:
    """Give the DuckDB type in which values of `kind` are held."""
    if kind.name == "decimal":
        return f"DECIMAL({kind.parameters[0]}, {kind.parameters[1]})"
    if kind.name == "array":
        return f"{duckdb_type(kind.arguments[0])}[]"
    if kind.name == "map":
        return f"MAP({duckdb_type(kind.arguments[0])}, {duckdb_type(kind.arguments[1])})"
    if kind.name == "row":
        fields = zip(row_field_names(kind), kind.arguments, strict=True)
        return "STRUCT(" + ", ".join(f"{quote(n)} {duckdb_type(t)}" for n, t in fields) + ")"
    if kind.name == "qdigest":
        return f"STRUCT(v {duckdb_type(kind.arguments[0])}, w DOUBLE)[]"
    return _DUCKDB_NAMES[kind.name]


def quote(identifier: str) -> str:
    """Quote a name for DuckDB."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote a text for DuckDB."""
    return "'" + text.replace("'", "''") + "'"


def integer_as_decimal(kind: Type) -> Type:
    """Give the decimal type that holds every value of a whole-number type."""
    return decimal(_INTEGER_DIGITS[kind.name], 0)


@lru_cache(maxsize=4096)
def common_type(left: Type, right: Type) -> Type | None:
    """Give the narrowest type both can be turned into without a cast being written, or None.

    Trino's rules: whole numbers widen, decimals meet in enough digits, any number meets real or double there, texts
    meet in the longer one, a date becomes a timestamp, a timestamp one with time zone; a text never becomes a number.
    """
    if left == right:
        return left
    if left.name == "unknown":
        return right
    if right.name == "unknown":
        return left
    if left.is_fine or right.is_fine:
        raise UnsupportedError("Anything but selecting a time finer than microseconds")
    if left.is_numeric and right.is_numeric:
        return _common_numeric(left, right)
    if left.is_text and right.is_text:
        return _common_text(left, right)
    if left.name in _TIME_RANK and right.name in _TIME_RANK:
        wider = max(left, right, key=lambda kind: _TIME_RANK[kind.name])
        precision = max([*left.parameters, *right.parameters, 0])
        return Type(wider.name, (precision,))
    if left.name in _CLOCK_RANK and right.name in _CLOCK_RANK:
        wider = max(left, right, key=lambda kind: _CLOCK_RANK[kind.name])
        return Type(wider.name, (max(left.parameters[0], right.parameters[0]),))
    if left.name != right.name or len(left.arguments) != len(right.arguments):
        return None
    if not left.arguments:
        return None
    return _common_nested(left, right)


_CLOCK_RANK = {"time": 0, "time with time zone": 1}
_TIME_RANK = {"date": 0, "timestamp": 1, "timestamp with time zone": 2}


def _common_numeric(left: Type, right: Type) -> Type:
    if left.is_integer and right.is_integer:
        return max(left, right, key=lambda kind: INTEGER_WIDTH[kind.name])
    if "double" in (left.name, right.name):
        return DOUBLE
    if "real" in (left.name, right.name):
        return REAL
    a = integer_as_decimal(left) if left.is_integer else left
    b = integer_as_decimal(right) if right.is_integer else right
    scale = max(a.parameters[1], b.parameters[1])
    whole = max(a.parameters[0] - a.parameters[1], b.parameters[0] - b.parameters[1])
    return decimal(whole + scale, scale)


def _common_text(left: Type, right: Type) -> Type:
    if left.name == "char" and right.name == "char":
        return max(left, right, key=lambda kind: kind.parameters[0])
    if left.name == "char" or right.name == "char":
        # A varchar becomes a char of its length, never the other way.
        lengths = [kind.parameters[0] if kind.parameters else MAX_CHAR_LENGTH for kind in (left, right)]
        return Type("char", (min(max(lengths), MAX_CHAR_LENGTH),))
    if left.parameters and right.parameters:
        return max(left, right, key=lambda kind: kind.parameters[0])
    return VARCHAR


def _common_nested(left: Type, right: Type) -> Type | None:
    arguments: list[Type] = []
    for a, b in zip(left.arguments, right.arguments, strict=True):
        common = common_type(a, b)
        if common is None:
            return None
        arguments.append(common)
    names = tuple(a if a == b else None for a, b in zip(left.names, right.names, strict=True))
    return Type(left.name, (), tuple(arguments), names)


def can_coerce(source: Type, target: Type) -> bool:
    """Tell whether a value of `source` is taken where `target` is asked for, without a cast."""
    if source == target or source.name == "unknown":
        return True
    common = common_type(source, target)
    if common is None:
        return False
    if common == target:
        return True
    if target.is_text and source.is_text:
        return (target == VARCHAR and source.name == "varchar") or (
            common.name == target.name and not target.parameters
        )
    if source.arguments and source.name == target.name:
        return all(can_coerce(a, b) for a, b in zip(source.arguments, target.arguments, strict=True))
    for rank in (_TIME_RANK, _CLOCK_RANK):
        if source.name in rank and target.name in rank:
            return rank[source.name] <= rank[target.name]
    return False
