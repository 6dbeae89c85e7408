"""Columns of JSON values become Arrow arrays.

One builder per node of a type: a builder takes all values of its node at once, and hands the values inside
containers, in one list, to the builders below it. Every builder returns an array as long as its input, and
the misfits by position; at a misfit the array has null. So a misfit deep inside is traced to its row, and no
value is looked at twice. A leaf first tries `vectors`, which build an array without looking at each value
in Python; where that is not certain to give the same result, it goes value by value through the deserializer's
coercion. Of several misfits in one value the first in the order of the type's members and of the data counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from local_aws.delivery.conversion.errors import MisfitError
from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    GlueType,
    MapType,
    ScalarType,
    StructType,
    arrow_type,
)
from local_aws.delivery.conversion.members import MemberMatcher
from local_aws.delivery.conversion.rules import Deserializer, bad_map_key
from local_aws.delivery.conversion.vectors import vector_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Sized

Misfits = dict[int, MisfitError]

# Fewer values than this are built one by one when some of them are not plain.
_WORTH_SPLITTING: Final = 16

_C = TypeVar("_C")


@dataclass(frozen=True)
class Built:
    """An array, and the misfits of the values it was built from by position."""

    array: pa.Array
    misfits: Misfits = field(default_factory=dict)


class ColumnBuilder(Protocol):
    """Builds the array of one node of a type."""

    def build(self, values: list[Any]) -> Built:
        """Return an array as long as `values`, which are JSON values of any kind."""


def column_builder(glue_type: GlueType, rules: Deserializer) -> ColumnBuilder:
    """Return the builder of a type under the rules of a deserializer."""
    match glue_type:
        case ArrayType():
            return _ArrayBuilder(glue_type, rules)
        case MapType():
            return _MapBuilder(glue_type, rules)
        case StructType():
            return _StructBuilder(glue_type, rules)
        case _:
            return _ScalarBuilder(glue_type, rules)


class _ScalarBuilder:
    def __init__(self, glue_type: ScalarType, rules: Deserializer) -> None:
        self._coerce = rules.scalar(glue_type)
        self._type = arrow_type(glue_type)
        self._vector = vector_of(glue_type, lenient=rules.lenient)
        self._by_length = self._type in (pa.timestamp("ns"), pa.date32())

    def build(self, values: list[Any]) -> Built:
        array = self._vector(values, set(map(type, values)))
        if array is not None:
            return Built(array)
        if len(values) < _WORTH_SPLITTING:
            return self._build_each(values)
        return self._build_split(values)

    def _build_each(self, values: list[Any]) -> Built:
        coerced, misfits = _apply(values, self._coerce)
        return Built(pa.array(coerced, self._type), misfits)

    def _build_split(self, values: list[Any]) -> Built:
        """Build the values that look like most of the values at once, and the others one by one."""
        looks: list[Any] = list(map(type, values))
        if self._by_length:
            looks = [len(value) if type(value) is str else type(value) for value in values]
        counts = Counter(looks)
        del counts[type(None)]
        [(common, _)] = counts.most_common(1)
        rest = [at for at, look in enumerate(looks) if look != common and look is not type(None)]
        alike = list(values)
        for position in rest:
            alike[position] = None
        array = self._vector(alike, set(map(type, alike)))
        if array is None:
            return self._build_each(values)
        built = self._build_each([values[position] for position in rest])
        chosen = np.arange(len(values))
        chosen[rest] = np.arange(len(values), len(values) + len(rest))
        misfits = {rest[position]: misfit for position, misfit in built.misfits.items()}
        return Built(pa.concat_arrays([array, built.array]).take(pa.array(chosen)), misfits)


class _ArrayBuilder:
    def __init__(self, glue_type: ArrayType, rules: Deserializer) -> None:
        self._type = arrow_type(glue_type)
        self._rules = rules
        self._element = column_builder(glue_type.element, rules)

    def build(self, values: list[Any]) -> Built:
        lists, misfits = _contents(values, list, self._rules.items)
        offsets = _offsets(lists)
        element = self._element.build(list(chain.from_iterable(filter(None, lists))))
        _lift(element.misfits, offsets, misfits)
        array = pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), element.array, type=self._type, mask=_nulls(lists)
        )
        return Built(array, misfits)


class _MapBuilder:
    def __init__(self, glue_type: MapType, rules: Deserializer) -> None:
        self._glue_type = glue_type
        self._type = arrow_type(glue_type)
        self._rules = rules
        self._key = lru_cache(maxsize=4096)(rules.map_key(glue_type.key))  # maps share their keys
        self._value = column_builder(glue_type.value, rules)

    def build(self, values: list[Any]) -> Built:
        given, misfits = _contents(values, dict, lambda value: self._rules.entries(value, self._glue_type))
        maps: list[dict[Any, Any] | None] = []
        key_of = self._key
        for position, entries in enumerate(given):
            try:
                maps.append(None if entries is None else {key_of(k): value for k, value in entries.items()})
            except MisfitError:
                maps.append(None)
                misfits[position] = bad_map_key(self._glue_type)
        offsets = _offsets(maps)
        filled = [entries for entries in maps if entries]
        values_built = self._value.build(list(chain.from_iterable(entries.values() for entries in filled)))
        _lift(values_built.misfits, offsets, misfits)
        array = pa.MapArray.from_arrays(
            pa.array(offsets, pa.int32()),
            pa.array(list(chain.from_iterable(filled)), self._type.key_type),
            values_built.array,
            type=self._type,
            mask=_nulls(maps),
        )
        return Built(array, misfits)


class _StructBuilder:
    def __init__(self, glue_type: StructType, rules: Deserializer) -> None:
        self._glue_type = glue_type
        self._type = arrow_type(glue_type)
        self._rules = rules
        self._members = MemberColumns(
            glue_type.members, [rules.member_key(name) for name, _ in glue_type.members], rules
        )

    def build(self, values: list[Any]) -> Built:
        objects, misfits = _contents(values, dict, lambda value: self._rules.members(value, self._glue_type))
        arrays, member_misfits = self._members.build([item or {} for item in objects])
        for position, misfit in member_misfits.items():
            misfits.setdefault(position, misfit)
        array = pa.StructArray.from_arrays(arrays, fields=list(self._type), mask=_nulls(objects))
        return Built(array, misfits)


class MemberColumns:
    """The columns of a table, or the members of a struct: named values of JSON objects.

    `keys` are the normalised JSON keys of the members.
    """

    def __init__(
        self, members: Sequence[tuple[str, GlueType]], keys: Sequence[str], rules: Deserializer
    ) -> None:
        self._matcher = MemberMatcher(keys, rules.member_key)
        self._builders = [column_builder(glue_type, rules) for _, glue_type in members]

    def build(self, objects: Sequence[Mapping[str, Any]]) -> tuple[list[pa.Array], Misfits]:
        """Return an array for each member, and for each object with misfits the first one's."""
        arrays = []
        misfits: Misfits = {}
        for values, builder in zip(self._matcher.columns(objects), self._builders, strict=True):
            built = builder.build(values)
            arrays.append(built.array)
            for position, misfit in built.misfits.items():
                misfits.setdefault(position, misfit)
        return arrays, misfits


def _apply(values: list[Any], function: Callable[[Any], Any]) -> tuple[list[Any], Misfits]:
    """Apply a coercion to all values that are not null; None stands for misfits."""
    results: list[Any] = []
    misfits: Misfits = {}
    for position, value in enumerate(values):
        try:
            results.append(None if value is None else function(value))
        except MisfitError as misfit:
            results.append(None)
            misfits[position] = misfit
    return results, misfits


def _contents(
    values: list[Any], container: type[_C], otherwise: Callable[[Any], Any]
) -> tuple[list[_C | None], Misfits]:
    """Return the values as containers: those of another type as `otherwise` has it, misfits as None."""
    if set(map(type, values)) <= {container, type(None)}:
        return values, {}
    return _apply(values, lambda value: value if isinstance(value, container) else otherwise(value))


def _offsets(containers: Sequence[Sized | None]) -> list[int]:
    """Return where the contents of each container begin when all are put into one list, and the end."""
    return list(accumulate((len(item or ()) for item in containers), initial=0))


def _nulls(containers: Sequence[object]) -> pa.Array:
    return pa.array([item is None for item in containers], pa.bool_())


def _lift(inner: Misfits, offsets: list[int], outer: Misfits) -> None:
    """Give each container the misfit of the first of its contents that has one."""
    for position in sorted(inner):
        outer.setdefault(bisect_right(offsets, position) - 1, inner[position])
