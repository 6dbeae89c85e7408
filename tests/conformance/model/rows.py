"""Model of format conversion for the few types that the scenarios use (reference 4.4, 4.5, 4.6).

`tests.conformance.conversion` has the whole of it; this one is about which records meet in which object.
A timestamp is epoch milliseconds.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MALFORMED = "DataFormatConversion.MalformedData"
PARSE = "DataFormatConversion.ParseError"

Text = str | re.Pattern[str] | None


class RefusedError(Exception):
    """The record fails with this code and message."""

    def __init__(self, code: str | re.Pattern[str], message: Text) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def rows(data: bytes, columns: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """4.6: one row for each document; 4.5: the record fails as a whole."""
    return [
        {name: _value(kind, document.get(name)) for name, kind in columns} for document in _documents(data)
    ]


def _documents(data: bytes) -> list[dict[str, Any]]:
    if not data.strip(b" \t\r\n"):
        raise RefusedError(MALFORMED, "The record was empty or contained only whitespace.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RefusedError(re.compile(r"DataFormatConversion\.(MalformedData|ParseError)"), None) from error
    found = []
    while text := text.lstrip(" \t\r\n"):
        try:
            document, end = json.JSONDecoder().raw_decode(text)
        except ValueError as error:
            raise RefusedError(PARSE, re.compile(r"Encountered malformed JSON\. .+")) from error
        if not isinstance(document, dict):
            raise RefusedError(MALFORMED, None)
        found.append(_lowered(document))
        text = text[end:]
    return found


def _lowered(value: Any) -> Any:
    """4.2 and 4.4: keys are in lower case, at every depth."""
    if isinstance(value, dict):
        return {key.lower(): _lowered(item) for key, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "string":
        return (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        )
    if kind == "timestamp":
        return _timestamp(value)
    if kind == "boolean":
        if str(value).lower() not in ("true", "false"):
            raise RefusedError(MALFORMED, None)
        return str(value).lower() == "true"
    try:
        number = float(value) if kind == "double" else int(value)
    except ValueError as error:
        message = f'Data does not match the schema. For input string: "{value}"'
        raise RefusedError(MALFORMED, message) from error
    if kind == "int" and not -(2**31) <= number < 2**31:
        raise RefusedError(MALFORMED, None)
    return number


def _timestamp(value: Any) -> int:
    if isinstance(value, str) and not value.isdigit():
        strict = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?Z", value)
        space = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)(?:\.(\d{3}))?", value)
        found = strict or space
        if found is None:
            raise RefusedError(MALFORMED, None)
        *fields, milliseconds = found.groups(default="0")
        moment = datetime(*map(int, fields), tzinfo=UTC)  # type: ignore[misc,arg-type]
        return int(moment.timestamp()) * 1000 + int(milliseconds)
    number = int(value)
    return number * 1000 if abs(number) < 10**12 else number
