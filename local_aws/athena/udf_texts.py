"""Rare functions on texts: check digits, sounds, Unicode forms, sizes, numbers with a unit."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from local_aws.athena.udf_failures import failure, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_SOUNDS = {
    letter: str(number)
    for number, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), start=1)
    for letter in letters
}
_SIZE = re.compile(r"(\d+\.?\d*|\.\d+)([a-zA-Z]+)")
_SIZE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_NUMBER_UNITS = ("", "K", "M", "B", "T", "Q")


def _luhn(text: str) -> bool:
    if not text:
        return False
    if not re.fullmatch(r"[0-9]+", text):
        raise invalid_argument("Invalid value for luhn_check: only digits are allowed")
    total = 0
    for index, digit in enumerate(reversed(text)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _soundex(text: str) -> str:
    letters = [letter for letter in text.upper() if letter.isalpha()]
    if not letters:
        return ""
    if any(not "A" <= letter <= "Z" for letter in letters):
        raise invalid_argument(f"The character is not mapped: {text}")
    code, last = letters[0], _SOUNDS.get(letters[0], "")
    for letter in letters[1:]:
        sound = _SOUNDS.get(letter, "")
        if sound and sound != last:
            code += sound
        if letter not in "HW":  # two letters of a sound with h or w between them count once
            last = sound
    return code[:4].ljust(4, "0")


def _utf8(data: bytes, replacement: str) -> str:
    if len(replacement) > 1:
        raise invalid_argument("Replacement character string must empty or a single character")
    return data.decode(errors="replace").replace("\ufffd", replacement)


def _data_size(text: str) -> Decimal:
    match = _SIZE.fullmatch(text)
    if match is None or match.group(2) not in _SIZE_UNITS:
        raise invalid_argument(f"Invalid data size: '{text}'")
    size = Decimal(match.group(1)) * 1024 ** _SIZE_UNITS.index(match.group(2))
    if size >= Decimal(10) ** 38:
        raise failure("NUMERIC_VALUE_OUT_OF_RANGE", f"Value out of range: '{text}' ('{int(size)}B')")
    return Decimal(int(size))


def _with_unit(count: int) -> str:
    """Write a number with a unit: `123K`, `1.23B`."""
    number, unit = float(count), 0
    while abs(number) >= 1000 and unit < len(_NUMBER_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    digits = 2 if number < 10 else 1 if number < 100 else 0  # negative numbers always have two
    written = format(Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), "f")
    return (written.rstrip("0").rstrip(".") if "." in written else written) + _NUMBER_UNITS[unit]


def _exponential(value: float, digits: int) -> str:
    return format(value, f".{digits}e")


_STEMMED = {
    **{"ca": "catalan", "da": "danish", "de": "german", "en": "english", "es": "spanish", "eu": "basque"},
    **{"fi": "finnish", "fr": "french", "hu": "hungarian", "hy": "armenian", "ir": "irish", "it": "italian"},
    **{"lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian"},
    **{"ru": "russian", "sv": "swedish", "tr": "turkish"},
}


@lru_cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_STEMMED[language])


def _word_stem(word: str, language: str) -> str:
    if language not in _STEMMED:
        raise invalid_argument(f"Unknown stemmer language: {language}")
    return str(_stemmer(language).stemWord(word))


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_luhn", _luhn, ["VARCHAR"], "BOOLEAN"),
    ("python_soundex", _soundex, ["VARCHAR"], "VARCHAR"),
    (
        "python_normalized",
        lambda text, form: unicodedata.normalize(form, text),
        ["VARCHAR", "VARCHAR"],
        "VARCHAR",
    ),
    ("python_utf8_with", _utf8, ["BLOB", "VARCHAR"], "VARCHAR"),
    ("python_utf16_hex", lambda text: text.encode("utf-16-be").hex().upper(), ["VARCHAR"], "VARCHAR"),
    ("python_data_size", _data_size, ["VARCHAR"], "DECIMAL(38, 0)"),
    ("python_with_unit", _with_unit, ["BIGINT"], "VARCHAR"),
    ("python_word_stem", _word_stem, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    ("python_exponential", _exponential, ["DOUBLE", "INTEGER"], "VARCHAR"),
)
