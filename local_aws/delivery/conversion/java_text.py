"""Values as text the way Java's own classes write and read it: both deserializers are Java programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import orjson

_TRIMMED: Final = "".join(map(chr, range(0x21)))
_LONG_MIN: Final = -(2**63)
_LONG_MAX: Final = 2**63 - 1

# What java.lang.Long.parseLong takes: no spaces, no dot, no exponent.
INTEGER_TEXT: Final = re.compile(r"[+-]?[0-9]+")
# What java.math.BigDecimal takes.
DECIMAL_TEXT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


def double_text(value: float) -> str:
    """Write a finite double as `java.lang.Double.toString` does: `1.0`, `0.001`, `1.0E-4`, `1.0E7`."""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        return repr(value)  # Python writes this range in the same way
    shortest = repr(value)
    if len(Decimal(shortest).normalize().as_tuple().digits) == 1:
        shortest = f"{value:.1e}"  # Java writes two digits or more, the nearest ones: 4.9E-324
    sign, digits, exponent = Decimal(shortest).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def scalar_text(value: object) -> str:
    """Write a JSON string, number or boolean as the text that a string column stores."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        return double_text(value)
    return str(value)


def compact_json(value: object, key: Callable[[str], str]) -> str:
    """Write a JSON value without spaces, its keys changed by `key` at every depth.

    Where two keys become the same, the later value is kept. `value` must not nest deeper than
    `documents.MAX_DEPTH`.
    """
    return orjson.dumps(_writable(value, key)).decode()


def _writable(value: object, key: Callable[[str], str]) -> Any:
    if type(value) is str:
        return value
    if isinstance(value, dict):
        return {key(name): _writable(member, key) for name, member in value.items()}
    if isinstance(value, list):
        return [_writable(item, key) for item in value]
    if isinstance(value, float):
        return orjson.Fragment(double_text(value))
    if isinstance(value, int) and not _LONG_MIN <= value <= _LONG_MAX:
        return orjson.Fragment(str(value))
    return value


def class_name(value: object) -> str:
    """Name the Java class that a JSON value is read into, for messages that show it."""
    if isinstance(value, bool):
        return "java.lang.Boolean"
    if isinstance(value, int):
        return "java.lang.Long" if _LONG_MIN <= value <= _LONG_MAX else "java.math.BigInteger"
    return "java.lang.Double" if isinstance(value, float) else "java.lang.String"


def trim(text: str) -> str:
    """Strip spaces and control characters, as `java.lang.String.trim` does."""
    return text.strip(_TRIMMED)


def parse_double(text: str) -> float | None:
    """Read what `java.lang.Double.parseDouble` reads, or None.

    Java ignores spaces and control characters around the number. It also takes `NaN`, `Infinity`,
    hexadecimal numbers and the suffixes `d` and `f`; nobody measured what AWS does with them, so they
    are not taken here.
    """
    stripped = trim(text)
    return float(stripped) if DECIMAL_TEXT.fullmatch(stripped) else None
