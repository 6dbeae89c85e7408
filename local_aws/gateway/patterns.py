r"""The patterns of API models, which are Java's, for Python's `regex`, matched within a budget of time.

Java's `\w`, `\d` and `\s` are ASCII; `\p{L}` is all of Unicode; a pattern is about UTF-16.
"""

from __future__ import annotations

import importlib
import time
from functools import lru_cache
from typing import Any

# It has no types of its own.
regex: Any = importlib.import_module("regex")
# The API's own names match in microseconds; only a hostile value makes a pattern backtrack for longer.
_BUDGET_SECONDS = 0.2
_ASCII_CLASSES = {"w": "A-Za-z0-9_", "d": "0-9", "s": r"\ \t\n\x0b\f\r"}
# In UTF-16 each of these is every character beyond the first 65,536.
_SURROGATES = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\ud800\udc00-\udbff\udfff")


def matches(pattern: str, value: str) -> bool:
    """Return whether the whole of `value` matches a model's pattern; one that Python cannot read holds for all.

    Raises `TimeoutError` when that is not known within the budget.
    """
    compiled = _compiled(pattern)
    if compiled is None:
        return True
    begun = time.thread_time()
    while True:
        try:
            return compiled.fullmatch(value, timeout=_BUDGET_SECONDS) is not None
        except TimeoutError:
            # The library's clock is the wall's: on a busy machine most of the time may have been somebody else's.
            if time.thread_time() - begun >= _BUDGET_SECONDS / 2:
                raise


def is_readable(pattern: str) -> bool:
    """Return whether `matches` can judge by this pattern."""
    return _compiled(pattern) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    translated = pattern
    for pair in _SURROGATES:
        translated = translated.replace(pair, r"\U00010000-\U0010FFFF")
    flags = 0
    if "(?i)" in translated:
        # In Java a flag holds from where it stands.
        translated, flags = translated.replace("(?i)", ""), regex.IGNORECASE
    try:
        return regex.compile(_with_ascii_classes(translated), flags)
    except regex.error:
        return None


def _with_ascii_classes(pattern: str) -> str:
    r"""Return `pattern` with `\w`, `\d`, `\s` and their opposites spelled out as ASCII, as Java means them."""
    out: list[str] = []
    in_class = False
    position = 0
    while position < len(pattern):
        character = pattern[position]
        step = 1
        if character == "\\" and position + 1 < len(pattern):
            step = 2
            character = _escape(pattern[position + 1], in_class=in_class)
            following = pattern[position + 2 : position + 3]
            if in_class and following == "-" and pattern[position + 1] in "wdsWDS":
                # Behind a class of characters a hyphen is a hyphen.
                character, step = character + r"\-", 3
        elif character == "[":
            # Java's nested class is a union; models only have it by accident, as a bracket that stands for itself.
            character, in_class = (r"\[" if in_class else "["), True
        elif character == "]":
            in_class = False
        out.append(character)
        position += step
    return "".join(out)


def _escape(letter: str, *, in_class: bool) -> str:
    inside = _ASCII_CLASSES.get(letter.lower())
    if inside is None or (letter in "WDS" and in_class):
        return "\\" + letter
    if letter in "WDS":
        return f"[^{inside}]"
    return inside if in_class else f"[{inside}]"
