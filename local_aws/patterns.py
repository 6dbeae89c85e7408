"""Patterns that users send, matched in time that grows with the text alone.

Python's regular expressions go back and try again: a short pattern can hold the interpreter, and with it all APIs, for
good. These never do. What cannot be matched so (looking ahead or behind, references to groups) is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def matching(expression: str, names: Sequence[str], *, ignore_case: bool = False) -> list[str]:
    """Return those of `names` that a regular expression matches from end to end.

    Raises `ValueError` for an expression that is none, or that cannot be matched in linear time.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(
            pa.array([""]), expression
        )  # by itself: parentheses must not end those around it
        matches = pc.match_substring_regex(
            pa.array(names, pa.string()), rf"\A(?:{expression})\z", ignore_case=ignore_case
        )
    except pa.ArrowInvalid as error:
        raise ValueError(str(error)) from None
    return [name for name, matched in zip(names, matches.to_pylist(), strict=True) if matched]


def like(pattern: str) -> Callable[[str], bool]:
    """Return the test of SQL's LIKE: `%` is any text, `_` any character.

    Taking the first place that fits for each piece between two `%` finds a match whenever there is one, so that nothing
    is ever tried again.
    """
    first, *others = (
        "".join("." if one == "_" else re.escape(one) for one in piece) for piece in pattern.split("%")
    )
    text = first
    if others:
        *middle, last = others
        text += "".join(f"(?>.*?{piece})" for piece in middle) + f".*{last}"
    compiled = re.compile(text, re.DOTALL)
    return lambda value: compiled.fullmatch(value) is not None
