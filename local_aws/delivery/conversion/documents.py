r"""The JSON documents of a record.

AWS rule: one record may hold several documents, one after the other with or without white space between
them, and each becomes a row; an array of documents is not valid input, reference 4.5 and 4.6. If one document
of a record is bad, the whole record fails.

Differences from AWS, which reads with Jackson: texts of ParseError messages after the fixed sentence are this
parser's; a lone surrogate (`\ud800`), a number beyond the range of a double (`1e400`) and a byte-order mark are
refused, because nobody measured what AWS makes of them. As in Jackson the last of two equal keys wins and `NaN`
is refused. AWS's limit on nesting is not published; here it is MAX_DEPTH.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NoReturn

import orjson

from local_aws.delivery.conversion.errors import (
    ARRAY_AT_TOP,
    EMPTY_RECORD,
    KEY_TOO_LONG,
    MALFORMED_DATA,
    NOT_UTF8,
    PARSE_ERROR,
    PRIMITIVE_AT_TOP,
    TOO_DEEP,
    MisfitError,
)

MAX_DEPTH: Final = 250
MAX_KEY_LENGTH: Final = 262_144
# Integers of fewer digits than this are read exactly by orjson; longer ones may come out as a float.
LONG_INTEGER_DIGITS: Final = 19

_WHITESPACE: Final = b" \t\r\n"
_SPACES: Final = re.compile(r"[ \t\r\n]*")
# A string that is not closed reaches to the end, so that its parts are not tried as strings again.
_STRING_OR_BRACKET: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_ANY_DIGIT_TO_ZERO: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG_DIGITS: Final = b"0" * LONG_INTEGER_DIGITS

Document = dict[str, Any]


def read_documents(record: bytes) -> list[Document]:
    """Return the documents of one record; raises MisfitError with AWS's code for what is wrong with it."""
    if not record.strip(_WHITESPACE):
        raise MisfitError(MALFORMED_DATA, EMPTY_RECORD)
    try:
        text = record.decode()
    except UnicodeDecodeError as error:
        raise MisfitError(MALFORMED_DATA, NOT_UTF8) from error
    if _may_nest_too_deep(record) and _depth(record) > MAX_DEPTH:
        raise MisfitError(MALFORMED_DATA, TOO_DEEP)
    return list(_documents(text))


def any_needs_care(records: Sequence[bytes]) -> bool:
    """Tell whether there may be a record for which `orjson.loads` alone would miss a rule kept here."""
    if _has_long_integer(b"\n".join(records)):
        return True
    # A level of nesting takes two bytes, so most records are decided by their length.
    return max(map(len, records), default=0) > 2 * MAX_DEPTH and any(
        len(record) > MAX_KEY_LENGTH or _may_nest_too_deep(record) for record in records
    )


def _may_nest_too_deep(record: bytes) -> bool:
    return record.count(b"{") + record.count(b"[") > MAX_DEPTH


def _has_long_integer(text: bytes) -> bool:
    """Tell whether there is a run of digits so long that it could be an integer beyond 64 bits."""
    return _LONG_DIGITS in text.translate(_ANY_DIGIT_TO_ZERO)


def _documents(text: str) -> Iterator[Document]:
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    start = _end_of_space(text, 0)
    while start < len(text):
        try:
            document, end = decoder.raw_decode(text, start)
            # The standard library is more lenient (lone surrogates, numbers beyond double) ...
            orjson.loads(text[start:end])
        except ValueError as error:
            raise MisfitError(PARSE_ERROR, f"Encountered malformed JSON. {error}") from error
        # ... but it reads integers of any length exactly, so its document is the one to keep.
        if not isinstance(document, dict):
            raise MisfitError(
                MALFORMED_DATA, ARRAY_AT_TOP if isinstance(document, list) else PRIMITIVE_AT_TOP
            )
        if end - start > MAX_KEY_LENGTH and _longest_key(document) > MAX_KEY_LENGTH:
            raise MisfitError(MALFORMED_DATA, KEY_TOO_LONG)
        yield document
        start = _end_of_space(text, end)


def _end_of_space(text: str, start: int) -> int:
    spaces = _SPACES.match(text, start)
    return spaces.end() if spaces else start


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _depth(record: bytes) -> int:
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(record):
        first = token.group()[:1]
        if first in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif first != b'"':
            depth -= 1
    return deepest


def _longest_key(value: object) -> int:
    longest = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            longest = max(longest, *map(len, item), 0)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return longest
