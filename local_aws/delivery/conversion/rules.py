"""What a deserializer decides, value by value; `openx` and `hive` are the two that Firehose has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from local_aws.delivery.conversion.errors import INVALID_RECORD, MisfitError
from local_aws.delivery.conversion.glue_types import MapType, ScalarType, StructType

# Takes a JSON value that is not null; returns what Arrow stores (a date as days, a timestamp as nanoseconds,
# a decimal as Decimal); raises MisfitError.
Coercion: TypeAlias = Callable[[Any], Any]


class Deserializer(Protocol):
    """The rules of one deserializer. Null never reaches them: it is NULL for every type."""

    @property
    def lenient(self) -> bool:
        """Whether texts that look like timestamps or epochs are read without a configured format."""

    def column_key(self, column: str) -> str:
        """Return the normalised JSON key that a column is read from."""

    def member_key(self, key: str) -> str:
        """Normalise a JSON key, or a struct member's name, for comparison."""

    def map_key(self, glue_type: ScalarType) -> Coercion:
        """Return the coercion of JSON keys to the key type of a map."""

    def scalar(self, glue_type: ScalarType) -> Coercion:
        """Return the coercion of JSON values to a scalar type."""

    def items(self, value: object) -> Sequence[Any]:
        """Return the elements of an array column that was given something else than a JSON array."""

    def members(self, value: object, struct: StructType) -> Mapping[str, Any]:
        """Return the members of a struct column that was given something else than a JSON object."""

    def entries(self, value: object, glue_map: MapType) -> Mapping[str, Any]:
        """Return the entries of a map column that was given something else than a JSON object."""


def bad_map_key(glue_map: MapType) -> MisfitError:
    """Make the error for a map key that the key type does not take (the message AWS documents)."""
    return MisfitError(
        INVALID_RECORD,
        f"Record is not as per schema. One or more map keys were invalid for {glue_map}.",
    )
