"""What is in an object: its format and columns, and how schemas of several objects become one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    DecimalType,
    GlueType,
    MapType,
    PrimitiveType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Columns: TypeAlias = tuple[tuple[str, GlueType], ...]

STRING = PrimitiveType("string")
# What has only been seen as null, or as an empty array or object, has no type yet.
NOTHING = PrimitiveType("void")
UNKNOWN = "UNKNOWN"
# Two schemas are similar when this share of their columns is common to both.
SIMILAR = 0.7

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")


@dataclass(frozen=True)
class Format:
    """How objects are written. `traits` are what else objects of one table have in common, such as a delimiter."""

    classification: str
    compression: str = "none"
    traits: tuple[tuple[str, str], ...] = ()

    def trait(self, name: str) -> str | None:
        """Give one of the traits, or None."""
        return dict(self.traits).get(name)


@dataclass(frozen=True)
class Statistics:
    """Numbers that Glue keeps as parameters; `content_bytes` is what the records have without compression."""

    objects: int = 0
    size_bytes: int = 0
    records: int = 0
    content_bytes: int = 0

    def __add__(self, other: Statistics) -> Statistics:
        return Statistics(
            self.objects + other.objects,
            self.size_bytes + other.size_bytes,
            self.records + other.records,
            self.content_bytes + other.content_bytes,
        )

    def parameters(self) -> dict[str, str]:
        """Give the numbers under Glue's names."""
        return {
            "averageRecordSize": str(self.content_bytes // self.records if self.records else 0),
            "objectCount": str(self.objects),
            "recordCount": str(self.records),
            "sizeKey": str(self.size_bytes),
        }


@dataclass(frozen=True)
class Schema:
    """Format and columns of one object or of several.

    `header` tells that the first line of each has the names, `keys` are the names of JSON members as they are written.
    """

    format: Format
    columns: Columns = ()
    statistics: Statistics = field(default_factory=Statistics)
    header: bool = False
    quoted: bool = False
    keys: tuple[str, ...] = ()

    def named_types(self) -> dict[str, str]:
        """Give the columns with their types as Glue writes them; one of nulls only is a string."""
        return {name: type_text(kind) for name, kind in self.columns}


def type_text(kind: GlueType) -> str:
    """Give a type as Glue writes it; what is unknown inside or outside is a string."""
    return str(_settled(kind))


def _settled(kind: GlueType) -> GlueType:
    match kind:
        case PrimitiveType() if kind == NOTHING:
            return STRING
        case ArrayType(element):
            return ArrayType(_settled(element))
        case MapType(key, value):
            return MapType(key, _settled(value))
        case StructType(members):
            return StructType(tuple((name, _settled(member)) for name, member in members))
    return kind


def merge_types(one: GlueType, other: GlueType) -> GlueType:
    """Give the type that holds both; where there is none, text holds both."""
    if one in (other, NOTHING):
        return other
    if other == NOTHING:
        return one
    match one, other:
        case PrimitiveType(a), PrimitiveType(b) if a in _NUMBERS and b in _NUMBERS:
            return PrimitiveType(_wider(a, b))
        case PrimitiveType(a), PrimitiveType(b) if {a, b} == {"date", "timestamp"}:
            return PrimitiveType("timestamp")
        case DecimalType(p1, s1), DecimalType(p2, s2):
            scale = max(s1, s2)
            return DecimalType(min(38, max(p1 - s1, p2 - s2) + scale), scale)
        case (DecimalType(), PrimitiveType(a)) | (PrimitiveType(a), DecimalType()) if a in _NUMBERS:
            return PrimitiveType("double")
        case ArrayType(a), ArrayType(b):
            return ArrayType(merge_types(a, b))
        case MapType(k1, v1), MapType(k2, v2) if k1 == k2:
            return MapType(k1, merge_types(v1, v2))
        case StructType(m1), StructType(m2):
            return StructType(merge_columns([m1, m2]))
    return STRING


def _wider(one: str, other: str) -> str:
    wider = max(one, other, key=_NUMBERS.index)
    # A float keeps no int or bigint exactly.
    return "double" if wider == "float" and {one, other} & {"int", "bigint"} else wider


def merge_columns(schemas: Iterable[Columns]) -> Columns:
    """Give all columns of several schemas, each at the place where it was seen first."""
    merged: dict[str, GlueType] = {}
    for columns in schemas:
        for name, kind in columns:
            merged[name] = merge_types(merged[name], kind) if name in merged else kind
    return tuple(merged.items())


def merge(schemas: Iterable[Schema]) -> Schema:
    """Make one schema of several of the same format, with their statistics added."""
    items = list(schemas)
    first = items[0]
    statistics = Statistics()
    for item in items:
        statistics += item.statistics
    return replace(
        first,
        columns=_delimited_columns(items) if first.format.classification == "csv" else _by_name(items),
        statistics=statistics,
        header=any(item.header for item in items),
        quoted=any(item.quoted for item in items),
        keys=tuple(sorted({key for item in items for key in item.keys})),
    )


def _by_name(items: list[Schema]) -> Columns:
    return merge_columns(item.columns for item in items)


def _delimited_columns(items: list[Schema]) -> Columns:
    """Merge columns by their place, where an object without a header meets others that have one."""
    named = [item for item in items if item.header]
    if not named or len(named) == len(items):
        return _by_name(items)
    names = [name for name, _ in _by_name(named)]
    placed = [
        item.columns
        if item.header
        else tuple(
            (names[index] if index < len(names) else name, kind)
            for index, (name, kind) in enumerate(item.columns)
        )
        for item in items
    ]
    return merge_columns([*[item.columns for item in named], *placed])


def similar(one: Schema, other: Schema) -> bool:
    """Tell whether most columns of two schemas are the same: name, and a type that both fit in."""
    if not one.columns and not other.columns:
        return True
    if one.format.classification == "csv" and one.header != other.header:
        return len(one.columns) == len(other.columns)
    ours, theirs = dict(one.columns), dict(other.columns)
    common = sum(1 for name in ours.keys() & theirs.keys() if _fits(ours[name], theirs[name]))
    return 2 * common >= SIMILAR * (len(ours) + len(theirs))


def _fits(one: GlueType, other: GlueType) -> bool:
    merged = merge_types(one, other)
    return merged != STRING or STRING in (one, other) or merged in (one, other)


def to_glue(columns: Mapping[str, str]) -> list[dict[str, str]]:
    """Give columns as the catalog keeps them."""
    return [{"Name": name, "Type": kind} for name, kind in columns.items()]
