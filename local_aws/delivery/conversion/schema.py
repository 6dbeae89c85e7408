"""The columns that a delivery stream writes: those of its Glue table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from local_aws.delivery.conversion.errors import (
    INVALID_SCHEMA,
    NON_EXISTENT_COLUMNS,
    VALIDATION_EXCEPTION,
    SchemaError,
)
from local_aws.delivery.conversion.glue_types import GlueType, arrow_type, parse_glue_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# AWS documents "special characters or white spaces" without a list; these are the ones that Hive's Parquet
# writer refuses in a field name.
_FORBIDDEN_IN_NAMES: Final = re.compile(r"[\s,;{}()=]")


@dataclass(frozen=True)
class TableSchema:
    """Column names (lower case, each once) and types, in the order of the table.

    AWS rule: only the columns of the table's storage descriptor are written; partition columns come from
    the path, reference 4.1.
    """

    columns: tuple[tuple[str, GlueType], ...]

    @classmethod
    def from_glue(cls, columns: Iterable[Mapping[str, Any]]) -> TableSchema:
        """Parse `StorageDescriptor.Columns` of a GetTable or GetTableVersion answer.

        Raises SchemaError with the code that AWS documents for the cause (reference 4.5).
        """
        parsed: dict[str, GlueType] = {}
        for column in columns:
            name, type_text = column.get("Name"), column.get("Type")
            if not name or not type_text or not name.strip() or not type_text.strip():
                raise SchemaError(
                    VALIDATION_EXCEPTION,
                    "Column names and types must be non-empty strings."
                    f" Found name {name!r} with type {type_text!r}.",
                )
            if _FORBIDDEN_IN_NAMES.search(name):
                raise SchemaError(
                    INVALID_SCHEMA,
                    "Invalid Schema. Please ensure that there are no special characters or white spaces"
                    f" in column names. Found {name!r}.",
                )
            if name.lower() in parsed:
                raise SchemaError(
                    INVALID_SCHEMA, f"The schema is invalid. The column '{name.lower()}' is there twice."
                )
            parsed[name.lower()] = parse_glue_type(type_text)
        if not parsed:
            raise SchemaError(
                NON_EXISTENT_COLUMNS,
                "Could not find a matching schema from glue. Please make sure the table is configured with"
                " a non-null storage descriptor containing the target columns.",
            )
        return cls(tuple(parsed.items()))

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of the tables that a Converter makes; every field is nullable."""
        return pa.schema([(name, arrow_type(glue_type)) for name, glue_type in self.columns])
