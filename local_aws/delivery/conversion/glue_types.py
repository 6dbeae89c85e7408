"""Glue (Hive) type strings, parsed, and the Arrow types their columns are written with.

`parse_glue_type("struct<Id:int,tags:array<string>>")` reads any nesting of

    boolean tinyint smallint int bigint float double string binary date timestamp
    decimal  decimal(p)  decimal(p,s)      1 <= p <= 38, 0 <= s <= p; without sizes (10,0)
    char(n)  varchar(n)                    1 <= n <= 255 and 1 <= n <= 65535
    array<T>  map<K,V>  struct<name:T,...> K must be one of the types above; names may be in backquotes

in any case and with spaces around punctuation. Everything else (uniontype, intervals, aliases that Hive's
type strings do not have, such as `integer`) is DataFormatConversion.InvalidTypeFormat (reference 4.5).
Struct member names come out in lower case, as Hive keeps them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyarrow as pa

from local_aws.delivery.conversion.errors import INVALID_SCHEMA, INVALID_TYPE_FORMAT, SchemaError

MAX_TYPE_DEPTH: Final = 64
MAX_DECIMAL_PRECISION: Final = 38
MAX_CHAR_LENGTH: Final = 255
MAX_VARCHAR_LENGTH: Final = 65_535
INTEGER_BITS: Final = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}

_ARROW_PRIMITIVES: Final = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    # Nanoseconds, because the Parquet writer stores INT96, which readers turn into int64 nanoseconds.
    "timestamp": pa.timestamp("ns"),
}


@dataclass(frozen=True)
class PrimitiveType:
    """A type without parameters; `name` is its lower-case Hive name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class DecimalType:
    """`decimal(precision,scale)`."""

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})"


@dataclass(frozen=True)
class SizedTextType:
    """`char(n)` or `varchar(n)`: text of at most `length` characters (code points)."""

    name: str
    length: int

    def __str__(self) -> str:
        return f"{self.name}({self.length})"


@dataclass(frozen=True)
class ArrayType:
    """`array<element>`."""

    element: GlueType

    def __str__(self) -> str:
        return f"array<{self.element}>"


@dataclass(frozen=True)
class MapType:
    """`map<key,value>`."""

    key: ScalarType
    value: GlueType

    def __str__(self) -> str:
        return f"map<{self.key},{self.value}>"


@dataclass(frozen=True)
class StructType:
    """`struct<name:type,...>`; names in lower case, each once."""

    members: tuple[tuple[str, GlueType], ...]

    def __str__(self) -> str:
        return "struct<" + ",".join(f"{name}:{member}" for name, member in self.members) + ">"


ScalarType: TypeAlias = PrimitiveType | DecimalType | SizedTextType
GlueType: TypeAlias = ScalarType | ArrayType | MapType | StructType


def parse_glue_type(text: str) -> GlueType:
    """Parse one Glue type string; raises SchemaError (InvalidTypeFormat or InvalidSchema)."""
    return _Parser(text).parse()


def arrow_type(glue_type: GlueType) -> pa.DataType:
    """Return the Arrow type a column of this Glue type is built and written with."""
    match glue_type:
        case PrimitiveType(name):
            return _ARROW_PRIMITIVES[name]
        case DecimalType(precision, scale):
            return pa.decimal128(precision, scale)
        case SizedTextType():
            return pa.string()
        case ArrayType(element):
            return pa.list_(arrow_type(element))
        case MapType(key, value):
            return pa.map_(arrow_type(key), arrow_type(value))
        case StructType(members):
            return pa.struct([(name, arrow_type(member)) for name, member in members])


_TOKEN: Final = re.compile(r"\s*(?:(?P<quoted>`(?:[^`]|``)+`)|(?P<mark>[<>(),:])|(?P<word>[^\s<>(),:`]+))")
_DIGITS: Final = re.compile(r"[0-9]{1,5}")


class _Parser:
    """Recursive descent over the tokens of one type string."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        self._next = 0
        offset = 0
        end = len(text.rstrip())
        while offset < end:
            token = _TOKEN.match(text, offset)
            if token is None:
                raise self._error(f"a backquote at character {offset} is not closed")
            self._tokens.append((token.lastgroup or "", token.group(token.lastgroup or 0)))
            offset = token.end()

    def parse(self) -> GlueType:
        """Parse the whole text."""
        parsed = self._type(depth=1)
        if self._next < len(self._tokens):
            raise self._error(f"'{self._tokens[self._next][1]}' follows the end of the type")
        return parsed

    def _error(self, detail: str) -> SchemaError:
        return SchemaError(
            INVALID_TYPE_FORMAT,
            f"The type format is invalid. Check the type syntax. Type '{self._text}': {detail}.",
        )

    def _peek(self) -> str | None:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else None

    def _take(self, wanted: str) -> None:
        found = self._peek()
        if found != wanted:
            raise self._error(f"'{wanted}' expected, found {_shown(found)}")
        self._next += 1

    def _type(self, depth: int) -> GlueType:
        if depth > MAX_TYPE_DEPTH:
            raise self._error(f"it nests deeper than {MAX_TYPE_DEPTH} levels")
        kind, word = self._tokens[self._next] if self._next < len(self._tokens) else ("", "")
        if kind != "word":
            raise self._error(f"a type name expected, found {_shown(self._peek())}")
        self._next += 1
        name = word.lower()
        if name in _ARROW_PRIMITIVES:
            return PrimitiveType(name)
        match name:
            case "decimal":
                return self._decimal()
            case "char" | "varchar":
                return self._sized_text(name)
            case "array":
                self._take("<")
                element = self._type(depth + 1)
                self._take(">")
                return ArrayType(element)
            case "map":
                return self._map(depth)
            case "struct":
                return self._struct(depth)
        raise self._error(f"'{word}' is not a type that Firehose converts to")

    def _sizes(self) -> list[int]:
        """Read `(n)` or `(n,m)`; an absent list is empty."""
        if self._peek() != "(":
            return []
        sizes = []
        separator = "("
        while self._peek() == separator:
            self._next += 1
            digits = self._peek() or ""
            if not _DIGITS.fullmatch(digits):
                raise self._error(f"a size expected, found {_shown(self._peek())}")
            sizes.append(int(digits))
            self._next += 1
            separator = ","
        self._take(")")
        return sizes

    def _decimal(self) -> DecimalType:
        sizes = self._sizes()
        if len(sizes) > 2:
            raise self._error(f"decimal takes a precision and a scale, found {len(sizes)} sizes")
        precision, scale = (*sizes, *(10, 0)[len(sizes) :])
        if not 1 <= precision <= MAX_DECIMAL_PRECISION or scale > precision:
            raise self._error(
                f"decimal({precision},{scale}) is outside precision 1 to {MAX_DECIMAL_PRECISION}"
                " and scale 0 to the precision"
            )
        return DecimalType(precision, scale)

    def _sized_text(self, name: str) -> SizedTextType:
        sizes = self._sizes()
        longest = MAX_CHAR_LENGTH if name == "char" else MAX_VARCHAR_LENGTH
        if len(sizes) != 1 or not 1 <= sizes[0] <= longest:
            raise self._error(f"{name} takes one length, 1 to {longest}, found {sizes}")
        return SizedTextType(name, sizes[0])

    def _map(self, depth: int) -> MapType:
        self._take("<")
        key = self._type(depth + 1)
        if isinstance(key, ArrayType | MapType | StructType):
            raise self._error(f"a map's key must be a primitive type, found {key}")
        self._take(",")
        value = self._type(depth + 1)
        self._take(">")
        return MapType(key, value)

    def _struct(self, depth: int) -> StructType:
        members: list[tuple[str, GlueType]] = []
        seen: set[str] = set()
        separator = "<"
        while True:
            self._take(separator)
            name = self._member_name()
            self._take(":")
            if name in seen:
                raise SchemaError(
                    INVALID_SCHEMA,
                    f"The schema is invalid. Type '{self._text}' has the member '{name}' twice"
                    " (names are compared without case).",
                )
            seen.add(name)
            members.append((name, self._type(depth + 1)))
            separator = ","
            if self._peek() == ">":
                self._next += 1
                return StructType(tuple(members))

    def _member_name(self) -> str:
        kind, text = self._tokens[self._next] if self._next < len(self._tokens) else ("", "")
        if kind not in ("word", "quoted"):
            raise self._error(f"a member name expected, found {_shown(self._peek())}")
        self._next += 1
        return (text[1:-1].replace("``", "`") if kind == "quoted" else text).lower()


def _shown(token: str | None) -> str:
    return "the end of the text" if token is None else f"'{token}'"
