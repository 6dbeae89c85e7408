"""Joins columns of encoded values into JSON objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from producer.generation.columns import Column, ConstantColumn
from producer.generation.streams import Floats, Fragments, Stream

_NOTHING: Fragments = np.empty(0, dtype=object)


@dataclass(frozen=True)
class Member:
    """One field of an object; ``absent_share`` of the objects do not have it, told by the ``absent`` stream."""

    name: str
    column: Column
    absent_share: float = 0.0
    absent: Stream | None = None

    @property
    def constant(self) -> bytes | None:
        """The encoded value, when it is the same in every object."""
        if isinstance(self.column, ConstantColumn) and not self.absent_share:
            return self.column.fragment
        return None

    def draw(self, times: Floats) -> Fragments:
        """Draw the encoded values; of a member that may be absent, with its name and a comma before it."""
        made = self.column.draw(times)
        if self.absent is None or not self.absent_share:
            return made
        start = b"," + orjson.dumps(self.name) + b":"
        named = np.empty(len(times), dtype=object)
        named[:] = [start + value for value in made]
        named[self.absent.uniform(len(times)) < self.absent_share] = b""
        return named


class Layout:
    """The text of an object with a place for each member's value."""

    def __init__(self, members: Sequence[Member], end: bytes = b"") -> None:
        """Lay the members out: those that are always there first, so that the others can bring their comma along.

        :param members: the fields, in the order of the columns that :meth:`join` gets.
        :param end: bytes after each object.
        """
        optional = [bool(member.absent_share) for member in members]
        order = sorted(range(len(members)), key=optional.__getitem__)
        text = b"".join(b"%b" if optional[i] else _named_place(members[i]) for i in order)
        self._slots = [i for i in order if members[i].constant is None]
        self._all_optional = bool(members) and all(optional)
        self._template = b"{" + (text if self._all_optional else text[1:]) + b"}" + end

    def join(self, columns: Sequence[Fragments], count: int) -> list[bytes]:
        """Make ``count`` objects.

        :param columns: the values of each member; those of a constant member are not looked at.
        """
        if not self._slots:
            return [self._template % ()] * count
        template = self._template
        made = [template % row for row in zip(*(columns[i].tolist() for i in self._slots), strict=True)]
        return [text.replace(b"{,", b"{", 1) for text in made] if self._all_optional else made


class ObjectColumn:
    """Objects inside records."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = members
        self._layout = Layout(members)

    def draw(self, times: Floats) -> Fragments:
        """Draw an object for each record."""
        made = np.empty(len(times), dtype=object)
        made[:] = self._layout.join(draw_all(self._members, times), len(times))
        return made


def draw_all(members: Sequence[Member], times: Floats) -> list[Fragments]:
    """Draw the columns of all members; those of constant members stay empty."""
    return [_NOTHING if member.constant is not None else member.draw(times) for member in members]


def _named_place(member: Member) -> bytes:
    constant = member.constant
    value = b"%b" if constant is None else constant.replace(b"%", b"%%")
    return b"," + orjson.dumps(member.name).replace(b"%", b"%%") + b":" + value
