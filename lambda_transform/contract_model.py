"""A data contract as typed, immutable values: what `lambda_transform.contract` reads from a schema file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonType = Literal["null", "boolean", "integer", "number", "string", "array", "object"]
DeriveFunction = Literal["datetime", "date", "part", "rest"]
ProjectionType = Literal["enum", "date", "integer", "injected"]
PartitionedBy = Literal["attributes", "arrival"]
UnknownVariant = Literal["reject", "accept", "drop"]
Clock = Literal["unix", "iso8601"]
FakeKind = Literal["auto", "faker", "choice", "now", "uuid", "range"]

JSON_TYPES: tuple[JsonType, ...] = ("null", "boolean", "integer", "number", "string", "array", "object")
DERIVE_FUNCTIONS: tuple[DeriveFunction, ...] = ("datetime", "date", "part", "rest")
PROJECTION_TYPES: tuple[ProjectionType, ...] = ("enum", "date", "integer", "injected")
PARTITIONED_BY: tuple[PartitionedBy, ...] = ("attributes", "arrival")
UNKNOWN_VARIANT: tuple[UnknownVariant, ...] = ("reject", "accept", "drop")
CLOCKS: tuple[Clock, ...] = ("unix", "iso8601")

# Partition keys by time of arrival are made by Firehose from the prefix, as text: string columns in Glue.
ARRIVAL_KEYS: tuple[tuple[str, ...], ...] = (("year", "month", "day", "hour"), ("dt",), ("dt", "hour"))
ARRIVAL_KEY_GLUE_TYPE = "string"


@dataclass(frozen=True, slots=True)
class Derive:
    """How the transform computes a field (`x-derive`)."""

    function: DeriveFunction
    source: str | None = None  # the field it is computed from; None for `rest`
    separator: str = ":"
    index: int = 0


@dataclass(frozen=True, slots=True)
class Projection:
    """How Athena finds the partitions of a key (`x-projection`); the values of `enum` are the field's own."""

    type: ProjectionType
    range: str | None = None
    format: str | None = None
    digits: int | None = None
    interval: int | None = None
    interval_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Fake:
    """How the producer makes a value (`x-fake`); `auto` means from the field's own type and limits."""

    kind: FakeKind = "auto"
    faker: str | None = None
    args: Mapping[str, Any] | None = None
    choices: tuple[Any, ...] = ()
    weights: tuple[float, ...] | None = None
    clock: Clock | None = None
    spread_seconds: float = 0.0
    uuid_version: int = 4
    low: float = 0
    high: float = 0
    decimals: int = 0
    null_share: float = 0.0  # share of records without the field


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a contract, with `$ref` resolved: a column, a payload field, or a member of a nested value."""

    name: str
    types: tuple[JsonType, ...]
    required: bool = False
    description: str = ""
    enum: tuple[Any, ...] | None = None  # `const` is an enum of one
    pattern: str | None = None
    format: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    items: Field | None = None
    min_items: int | None = None
    max_items: int | None = None
    properties: tuple[Field, ...] = ()
    additional_properties: bool = True
    glue_type: str | None = None  # set on columns only
    derive: Derive | None = None
    projection: Projection | None = None
    max_future_seconds: int | None = None
    fake: Fake = Fake()

    @property
    def nullable(self) -> bool:
        """Whether JSON null is a valid value."""
        return "null" in self.types

    @property
    def type(self) -> JsonType:
        """The one type besides null; the first one when several are allowed."""
        return next((t for t in self.types if t != "null"), "null")


@dataclass(frozen=True, slots=True)
class Variant:
    """One kind of record: what it has besides the columns (`x-variants.types.<name>`)."""

    name: str
    weight: float = 1.0
    description: str = ""
    fields: tuple[Field, ...] = ()
    drop: bool = False  # such records are valid and not stored


@dataclass(frozen=True, slots=True)
class Variants:
    """The kinds of records of a dataset, told apart by one field (`x-variants`)."""

    field: str
    types: Mapping[str, Variant]
    unknown: UnknownVariant = "reject"


@dataclass(frozen=True, slots=True)
class Partitioning:
    """What the folders of the table are made of (`x-partitioning`)."""

    by: PartitionedBy
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """One dataset: everything that any part of the product knows about its fields."""

    dataset: str
    description: str
    fields: tuple[Field, ...]  # the properties at the top, in the order of the file
    unique_key: tuple[str, ...]
    event_time: str
    partitioning: Partitioning
    max_record_bytes: int
    variants: Variants | None
    additional_properties: bool
    document: Mapping[str, Any]  # the file as it was read

    def field(self, name: str) -> Field:
        """Return the property called `name`; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def sent_fields(self) -> tuple[Field, ...]:
        """The properties that producers send: all that the transform does not derive."""
        return tuple(field for field in self.fields if field.derive is None)

    @property
    def derived_fields(self) -> tuple[Field, ...]:
        """The properties that the transform computes."""
        return tuple(field for field in self.fields if field.derive is not None)

    @property
    def rest_field(self) -> Field | None:
        """The column that keeps every field that is no column, as JSON text; None when the dataset has none."""
        return next((f for f in self.derived_fields if f.derive and f.derive.function == "rest"), None)

    @property
    def glue_columns(self) -> tuple[tuple[str, str], ...]:
        """Name and Glue type of each data column, in order. A partition key is never also a data column."""
        keys = self.partitioning.keys
        return tuple((f.name, f.glue_type) for f in self.fields if f.glue_type and f.name not in keys)

    @property
    def glue_partition_keys(self) -> tuple[tuple[str, str], ...]:
        """Name and Glue type of each partition key, in the order of the folders."""
        if self.partitioning.by == "arrival":
            return tuple((key, ARRIVAL_KEY_GLUE_TYPE) for key in self.partitioning.keys)
        return tuple((key, self.field(key).glue_type or "") for key in self.partitioning.keys)
