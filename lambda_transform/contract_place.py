"""A value inside a contract file together with where it stands, so that every complaint names file and JSON path."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from lambda_transform.errors import ContractError, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

T = TypeVar("T")

_PLAIN_STEP = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")


def _names(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a contract file: `value`, the `file` it was read from and its JSON `path` in it."""

    file: str
    path: str
    value: Any

    def fail(self, problem: str) -> NoReturn:
        """Raise ContractError about this place."""
        raise ContractError(self.file, self.path, problem)

    def child(self, key: str) -> Place:
        """Return the member `key` of this object; its value is None when there is none."""
        step = f".{key}" if _PLAIN_STEP.fullmatch(key) else f'["{key}"]'
        return Place(self.file, self.path + step, self.value.get(key))

    def has(self, key: str) -> bool:
        """Whether this object has the member `key`."""
        return key in self.value

    def children(self) -> Iterator[tuple[str, Place]]:
        """Name and place of each member of this object, in the order of the file."""
        for key in self.value:
            yield key, self.child(key)

    def elements(self) -> Iterator[Place]:
        """Places of the elements of this array."""
        for index, value in enumerate(self.array()):
            yield Place(self.file, f"{self.path}[{index}]", value)

    def only(self, allowed: Collection[str]) -> None:
        """Check that this object has no member outside `allowed`."""
        for key in self.object():
            if key not in allowed:
                close = difflib.get_close_matches(key, allowed, n=1)
                hint = f" (did you mean {close[0]!r}?)" if close else ""
                self.child(key).fail(f"unknown keyword {key!r}{hint}; allowed here: {_names(allowed)}")

    def object(self) -> Mapping[str, Any]:
        """Return the value, which must be an object."""
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, not {quote(self.value)}")
        return self.value

    def array(self, *, non_empty: bool = False) -> list[Any]:
        """Return the value, which must be an array."""
        if not isinstance(self.value, list):
            self.fail(f"must be an array, not {quote(self.value)}")
        if non_empty and not self.value:
            self.fail("must not be empty")
        return self.value

    def text(self) -> str:
        """Return the value, which must be a string that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            self.fail(f"must be a string that is not empty, not {quote(self.value)}")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """Return the value, which must be an array of distinct strings, at least one."""
        self.array(non_empty=True)
        found = tuple(element.text() for element in self.elements())
        if len(set(found)) != len(found):
            self.fail(f"must not repeat a value: {quote(self.value)}")
        return found

    def flag(self) -> bool:
        """Return the value, which must be true or false."""
        if not isinstance(self.value, bool):
            self.fail(f"must be true or false, not {quote(self.value)}")
        return self.value

    def number(self, *, at_least: float | None = None) -> float:
        """Return the value, which must be a number (int or float, as written)."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.fail(f"must be a number, not {quote(self.value)}")
        if at_least is not None and self.value < at_least:
            self.fail(f"must be at least {at_least}, not {self.value}")
        return self.value

    def integer(self, *, at_least: int = 0) -> int:
        """Return the value, which must be an integer of at least `at_least`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < at_least:
            self.fail(f"must be an integer of at least {at_least}, not {quote(self.value)}")
        return self.value

    def one_of(self, allowed: tuple[T, ...]) -> T:
        """Return the value, which must be one of `allowed`."""
        found = next((c for c in allowed if type(c) is type(self.value) and c == self.value), None)
        if found is None:
            self.fail(f"is {quote(self.value)}; allowed: {', '.join(map(str, allowed))}")
        return found
