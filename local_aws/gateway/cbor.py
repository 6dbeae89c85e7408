"""CBOR (RFC 8949), as far as AWS's protocols use it: maps, lists, texts, bytes, numbers and instants.

`cbor2` reads and writes; what this module adds is what a service must not take from a caller: other tags (which build
objects), deep nesting, and bytes behind the item.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import cbor2

if TYPE_CHECKING:
    from collections.abc import Mapping

EPOCH_TAG = 1
_DEEPEST = 64
# Tags for which cbor2 has a decoder of its own: dates, big numbers, shared references, expressions, addresses, sets.
_BUILT_IN_TAGS = (0, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799)


class CborError(ValueError):
    """Bytes that are not one CBOR item, or that hold something AWS's protocols do not have."""


def loads(content: bytes, *, milliseconds: bool = False) -> Any:
    """Read one item: `dict`, `list`, `str`, `bytes`, `int`, `float`, `bool`, None; an instant is epoch seconds.

    With `milliseconds` a tagged integer is milliseconds, as in `application/x-amz-cbor-1.1` (Kinesis reference 7.2).
    Raises `CborError`.
    """
    source = io.BytesIO(content)
    decoder = cbor2.CBORDecoder(
        source,
        read_size=1,
        max_depth=_DEEPEST,
        tag_hook=_unknown_tag,
        object_hook=_text_keys,
        semantic_decoders={
            **dict.fromkeys(_BUILT_IN_TAGS, _unknown_tag),
            EPOCH_TAG: _milliseconds if milliseconds else _seconds,
        },
    )
    try:
        value = decoder.decode()
    except (cbor2.CBORError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise CborError(f"is not CBOR: {error.__cause__ or error}") from error
    if source.tell() != len(content):
        raise CborError(f"continues after its end at byte {source.tell()}")
    return None if value is cbor2.undefined else value


def dumps(value: Any) -> bytes:
    """Write one item; an aware `datetime` becomes epoch seconds with the tag that says so."""
    return cbor2.dumps(value, datetime_as_timestamp=True)


def epoch_milliseconds(seconds: float) -> cbor2.CBORTag:
    """Return an instant as `application/x-amz-cbor-1.1` writes it, for `dumps`."""
    return cbor2.CBORTag(EPOCH_TAG, round(seconds * 1000))


def _seconds(value: Any, _immutable: bool) -> Any:
    return value


def _milliseconds(value: Any, _immutable: bool) -> Any:
    return value / 1000 if isinstance(value, int) and not isinstance(value, bool) else value


def _unknown_tag(_value: Any, _immutable: bool) -> Any:
    raise CborError(f"it has a tag other than {EPOCH_TAG} (epoch seconds)")


def _text_keys(found: Mapping[Any, Any], _immutable: bool) -> dict[str, Any]:
    for key in found:
        if not isinstance(key, str):
            raise CborError(f"it has the map key {key!s:.40}, which is not text")
    return {key: None if value is cbor2.undefined else value for key, value in found.items()}
