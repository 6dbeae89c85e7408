"""Which JSON key of an object belongs to which column or struct member.

Matching normalises keys (case, dots), which is too slow to do for each key of each record. But records of a stream have
few shapes (sequences of keys), so each shape is matched once, and the values are then taken by their exact keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

_MAX_REMEMBERED_SHAPES: Final = 4096

Shape = tuple[str, ...]
Plan = tuple[str | None, ...]


class MemberMatcher:
    """Finds the values of fixed members in JSON objects.

    `keys` are the normalised keys, one for each member; `normalise` is applied to the keys of objects. Where
    two keys of an object are equal when normalised, the later one counts. Members may share a key.
    """

    def __init__(self, keys: Sequence[str], normalise: Callable[[str], str]) -> None:
        self._size = len(keys)
        self._normalise = normalise
        self._members: dict[str, list[int]] = {}
        for member, key in enumerate(keys):
            self._members.setdefault(key, []).append(member)
        self._plans: dict[Shape, Plan] = {}

    def columns(self, objects: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """Return for each member its values, one for each object; None where there is none."""
        if len(self._plans) > _MAX_REMEMBERED_SHAPES:
            self._plans = {}
        plans = [self._plan(shape) for shape in set(map(tuple, objects))]
        spellings = [{plan[member] for plan in plans} - {None} for member in range(self._size)]
        if all(len(keys) <= 1 for keys in spellings):
            return [
                _values(objects, *keys, everywhere=all(plan[member] for plan in plans))
                for member, keys in enumerate(spellings)
            ]
        # Some objects spell a key differently from others: look each object's plan up.
        rows = [[None if key is None else item[key] for key in self._plan(tuple(item))] for item in objects]
        return [list(column) for column in zip(*rows, strict=True)]

    def _plan(self, shape: Shape) -> Plan:
        """Return for each member the key of it that objects of this shape have."""
        plan = self._plans.get(shape)
        if plan is None:
            keys: list[str | None] = [None] * self._size
            for key in shape:
                for member in self._members.get(self._normalise(key), ()):
                    keys[member] = key
            plan = self._plans[shape] = tuple(keys)
        return plan


def _values(objects: Sequence[Mapping[str, Any]], key: str | None = None, *, everywhere: bool) -> list[Any]:
    if key is None:
        return [None] * len(objects)
    if everywhere:
        return list(map(itemgetter(key), objects))
    return [item.get(key) for item in objects]
