"""Colours of a terminal: a number `rrggbb`, or below 0 one of the eight colours that every terminal has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_DIGITS = "0123456789abcdef"
_RESET = "\x1b[0m"
_FULL_BLOCK = "\u2588"
_F = np.float32  # the components are calculated in single precision, as Java's are


def _color(text: str) -> int:
    digits = text[1:].lower()
    if len(text) == 4 and text[0] == "#" and all(digit in _DIGITS for digit in digits):
        return _packed(*(int(digit * 2, 16) for digit in digits))
    if text.lower() not in _NAMES:
        raise invalid_argument(f"Invalid color: '{text}'")
    return -1 - _NAMES.index(text.lower())


def _rgb(red: int, green: int, blue: int) -> int:
    for name, value in (("red", red), ("green", green), ("blue", blue)):
        if not 0 <= value <= 255:
            raise invalid_argument(f"{name} must be between 0 and 255")
    return _packed(red, green, blue)


def _packed(red: int, green: int, blue: int) -> int:
    return red * 65536 + green * 256 + blue


def _parts(color: int) -> tuple[int, int, int]:
    if color < 0:
        raise invalid_argument("color is not a valid rgb value")
    return color // 65536 % 256, color // 256 % 256, color % 256


def _color_between(share: float, low: int, high: int) -> int:
    for name, color in (("lowColor", low), ("highColor", high)):
        if color < 0:
            raise invalid_argument(f"{name} not a valid RGB color")
    return _mixed(_F(max(0.0, min(1.0, share))), low, high)


def _mixed(share: np.float32, low: int, high: int) -> int:
    """Return the colour at a share of the way from one to another, in hue, saturation and brightness."""
    pairs = zip(_hue_form(low), _hue_form(high), strict=True)
    return _of_hue_form(*(_F(_F(share * _F(b - a)) + a) for a, b in pairs))


def _hue_form(color: int) -> tuple[np.float32, np.float32, np.float32]:
    parts = _parts(color)
    most, span = max(parts), max(parts) - min(parts)
    brightness = _F(_F(most) / _F(255))
    if span == 0:
        return _F(0), _F(0), brightness
    red, green, blue = (_F(_F(most - part) / _F(span)) for part in parts)
    if parts[0] == most:
        hue = _F(blue - green)
    elif parts[1] == most:
        hue = _F(_F(_F(2) + red) - blue)
    else:
        hue = _F(_F(_F(4) + green) - red)
    hue = _F(hue / _F(6))
    return _F(hue + _F(1)) if hue < 0 else hue, _F(_F(span) / _F(most)), brightness


def _of_hue_form(hue: np.float32, saturation: np.float32, brightness: np.float32) -> int:
    turn = _F(_F(hue - _F(np.floor(hue))) * _F(6))
    rest = _F(turn - _F(np.floor(turn)))
    low = _F(brightness * _F(_F(1) - saturation))
    falling = _F(brightness * _F(_F(1) - _F(saturation * rest)))
    rising = _F(brightness * _F(_F(1) - _F(saturation * _F(_F(1) - rest))))
    sectors = (
        (brightness, rising, low),
        (falling, brightness, low),
        (low, brightness, rising),
        (low, falling, brightness),
        (rising, low, brightness),
        (brightness, low, falling),
    )
    return _packed(*(int(_F(_F(part * _F(255)) + _F(0.5))) for part in sectors[int(turn)]))


def _escape(color: int) -> str:
    if color < 0:
        return f"\x1b[38;5;{-1 - color}m"
    red, green, blue = (part * 6 // 256 for part in _parts(color))
    return f"\x1b[38;5;{16 + red * 36 + green * 6 + blue}m"


def _render(text: str, color: int) -> str:
    return f"{_escape(color)}{text}{_RESET}"


def _bar(share: float, width: int, low: int, high: int) -> str:
    count = max(0, min(width, int(share * width)))
    blocks = (_escape(_mixed(_F(at / (width - 1) if width > 1 else 0), low, high)) for at in range(count))
    return "".join(escape + _FULL_BLOCK for escape in blocks) + _RESET + " " * (width - count)


def _color_text(color: int) -> str:
    return _NAMES[-1 - color] if color < 0 else f"#{color:06x}"


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_color", _color, ["VARCHAR"], "BIGINT"),
    ("python_rgb", _rgb, ["BIGINT", "BIGINT", "BIGINT"], "BIGINT"),
    ("python_color_between", _color_between, ["DOUBLE", "BIGINT", "BIGINT"], "BIGINT"),
    ("python_color_text", _color_text, ["BIGINT"], "VARCHAR"),
    ("python_render", _render, ["VARCHAR", "BIGINT"], "VARCHAR"),
    ("python_bar", _bar, ["DOUBLE", "BIGINT", "BIGINT", "BIGINT"], "VARCHAR"),
)
