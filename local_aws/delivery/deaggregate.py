"""Record de-aggregation: one record that holds several becomes several.

AWS rule: JSON documents (single lines or JSON Lines, no array; newlines between them are removed) or pieces between
delimiters; a record with more than 500 pieces is passed on whole, reference 5.3.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.delivery.config import Deaggregation

LIMIT = 500
_WHITESPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


def split(record: bytes, settings: Deaggregation) -> list[bytes]:
    """Give the pieces of `record`; just itself when it cannot be taken apart."""
    if settings.delimiter is None:
        pieces = _documents(record)
    else:
        pieces = [piece for piece in record.split(settings.delimiter) if piece]
    if pieces is None or not pieces or len(pieces) > LIMIT:
        return [record]
    return pieces


def _documents(record: bytes) -> list[bytes] | None:
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError:
        return None
    documents: list[bytes] = []
    position, end = 0, len(text)
    while True:
        while position < end and text[position] in _WHITESPACE:
            position += 1
        if position >= end:
            return documents
        if text[position] != "{":
            return None
        try:
            _, stop = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return None
        documents.append(text[position:stop].encode("utf-8"))
        position = stop
        if len(documents) > LIMIT:
            return None
