"""Which names a place in a query can see, and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.athena.errors import Position, QueryError
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote, row_field_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local_aws.athena.sql.types import Type


@dataclass(frozen=True)
class Field:
    """One column of a relation: its name in Athena (None when it has none) and its DuckDB text.

    A hidden field (`$path`) is found by name and left out of `*`.
    """

    name: str | None
    sql: str
    type: Type
    hidden: bool = False

    @property
    def value(self) -> Typed:
        """The field as an expression."""
        return Typed(self.sql, self.type)


@dataclass(frozen=True)
class Relation:
    """A table, a subquery or a common table expression in a FROM clause.

    `qualifiers` are the names under which it can be addressed, most specific last: (`db`, `table`) or (`alias`,).
    """

    qualifiers: tuple[str, ...]
    fields: tuple[Field, ...]

    def answers_to(self, parts: Sequence[str]) -> bool:
        """Tell whether `parts` address this relation."""
        count = len(parts)
        return 0 < count <= len(self.qualifiers) and tuple(self.qualifiers[-count:]) == tuple(parts)

    @property
    def visible(self) -> list[Field]:
        """The fields that `*` stands for."""
        return [item for item in self.fields if not item.hidden]


@dataclass(frozen=True)
class Scope:
    """The relations of one FROM clause; `parent` is the scope around a subquery."""

    relations: tuple[Relation, ...] = ()
    parent: Scope | None = None
    # Names that lambdas and ORDER BY put in front of all columns.
    overlay: dict[str, Typed] = field(default_factory=dict)

    def with_overlay(self, names: dict[str, Typed]) -> Scope:
        """Give the same scope with some names put in front."""
        return Scope(self.relations, self.parent, {**self.overlay, **names})

    def joined(self, other: Scope) -> Scope:
        """Give the scope of two FROM items side by side."""
        return Scope(self.relations + other.relations, self.parent)

    def all_fields(self) -> list[Field]:
        """Give the fields that a bare `*` stands for."""
        return [item for relation in self.relations for item in relation.visible]

    def fields_of(self, parts: Sequence[str]) -> list[Field] | None:
        """Give the fields that `parts.*` stands for, or None when there is no such relation."""
        scope: Scope | None = self
        while scope is not None:
            for relation in scope.relations:
                if relation.answers_to(parts):
                    return relation.visible
            scope = scope.parent
        return None

    def resolve(self, parts: Sequence[str], position: Position | None) -> Typed:
        """Find the value of a dotted name: a column, a column of a relation, or a field inside a row.

        Raises `QueryError`: COLUMN_NOT_FOUND, or AMBIGUOUS_NAME when two relations have it.
        """
        lowered = [part.lower() for part in parts]
        for scope in self._chain():
            found = scope._find(lowered, position)
            if found is not None:
                return found
        name = ".".join(parts)
        # Measured with engine version 3: the sentence ends like this for every caller, authorised or not.
        raise QueryError(
            "COLUMN_NOT_FOUND",
            f"Column '{name}' cannot be resolved or requester is not authorized to access requested resources",
            position,
        )

    def _chain(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def _find(self, parts: list[str], position: Position | None) -> Typed | None:
        if parts[0] in self.overlay:
            return dereference_all(self.overlay[parts[0]], parts[1:])
        # The longest qualifier wins, as in Trino: t.a is column a of t before it is field a of column t.
        for length in range(len(parts) - 1, -1, -1):
            matches = [
                item
                for relation in self.relations
                if length == 0 or relation.answers_to(parts[:length])
                for item in relation.fields
                if item.name is not None and item.name.lower() == parts[length]
            ]
            if len(matches) > 1:
                name = ".".join(parts)
                raise QueryError("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous", position)
            if matches:
                value = dereference_all(matches[0].value, parts[length + 1 :])
                if value is not None:
                    return value
        return None


def dereference_all(value: Typed, names: Sequence[str]) -> Typed | None:
    """Follow field names into a row; None when one of them is not there."""
    for name in names:
        found = dereference(value, name)
        if found is None:
            return None
        value = found
    return value


def dereference(value: Typed, name: str) -> Typed | None:
    """Give the field `name` of a row (any case), or None when `value` is no row or has no such field."""
    if value.type.name != "row":
        return None
    wanted = name.lower()
    for index, field_name in enumerate(value.type.names):
        if field_name is not None and field_name.lower() == wanted:
            inner = row_field_names(value.type)[index]
            return Typed(f"({value.sql}).{quote(inner)}", value.type.arguments[index])
    return None
