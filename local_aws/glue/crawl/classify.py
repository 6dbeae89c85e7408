"""Tells what is in an object: custom classifiers first, then the built-in ones in Glue's order."""

from __future__ import annotations

import bz2
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.glue.crawl import columnar, delimited, json_schema
from local_aws.glue.crawl.delimited import CsvOptions
from local_aws.glue.crawl.objects import TAIL_BYTES, read_start
from local_aws.glue.crawl.schema import UNKNOWN, Format, Schema, Statistics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.clients import Clients
    from local_aws.glue.crawl.objects import StoredObject

# AWS rule: text formats are told from the beginning of the object.
_START_BYTES = 1024 * 1024
_MOST_TEXT_BYTES = 4 * 1024 * 1024
_MAGIC_BYTES = 4
# A wrong byte is an accident, many are no text.
_MOST_BAD_TEXT = 0.01
_GZIP_MAGIC = b"\x1f\x8b"
_BZIP2_MAGIC = b"BZh"


@dataclass(frozen=True)
class CustomClassifier:
    """A classifier of the user's: either a path into JSON documents or options for delimited text."""

    name: str
    json_path: str | None = None
    csv: CsvOptions | None = None


class UnusableClassifierError(Exception):
    """A classifier of a kind that is not supported, or with a path that cannot be followed."""


def custom_classifier(answer: Mapping[str, Any]) -> CustomClassifier:
    """Read GetClassifier's answer; raises `UnusableClassifierError`."""
    if "JsonClassifier" in answer:
        item = answer["JsonClassifier"]
        if not json_schema.is_path(item["JsonPath"]):
            raise UnusableClassifierError(
                f"classifier {item['Name']} has JsonPath {item['JsonPath']!r}; "
                "the local Glue follows $, .name, ['name'], [*] and [number]"
            )
        return CustomClassifier(item["Name"], json_path=item["JsonPath"])
    if "CsvClassifier" in answer:
        return CustomClassifier(answer["CsvClassifier"]["Name"], csv=_csv_options(answer["CsvClassifier"]))
    kind, item = next(((kind, value) for kind, value in answer.items() if value), ("", {"Name": ""}))
    raise UnusableClassifierError(
        f"classifier {item['Name']} is a {kind}; the local Glue has CsvClassifier and JsonClassifier"
    )


def _csv_options(item: Mapping[str, Any]) -> CsvOptions:
    return CsvOptions(
        delimiter=item.get("Delimiter"),
        quote=item.get("QuoteSymbol") or '"',
        contains_header=item.get("ContainsHeader") or "UNKNOWN",
        header=tuple(name.lower() for name in item.get("Header") or ()),
        types=tuple(kind.lower() for kind in item.get("CustomDatatypes") or ())
        if item.get("CustomDatatypeConfigured")
        else (),
        trim=not item.get("DisableValueTrimming"),
        allow_single_column=bool(item.get("AllowSingleColumn")),
        serde=item.get("Serde") or "None",
    )


class Classifier:
    """Classifies objects with the crawler's custom classifiers and the built-in ones."""

    def __init__(self, clients: Clients, custom: Sequence[CustomClassifier] = ()) -> None:
        self._clients = clients
        self._custom = tuple(custom)

    def classify(self, item: StoredObject) -> Schema:
        """Tell format and columns of one object; the classification is UNKNOWN when nothing fits.

        Raises boto3's `ClientError` when it cannot be read.
        """
        small = item.size <= TAIL_BYTES
        start = read_start(self._clients, item, TAIL_BYTES if small else _MAGIC_BYTES)
        content = start if small else None
        found: Schema | None = None
        if start.startswith(columnar.PARQUET_MAGIC):
            found = columnar.read_parquet(self._clients, item, content)
        elif start.startswith(columnar.ORC_MAGIC):
            found = columnar.read_orc(self._clients, item, content)
        else:
            found = self._text(item, content)
        return found or Schema(Format(UNKNOWN), statistics=Statistics(1, item.size, 0, item.size))

    def _text(self, item: StoredObject, content: bytes | None) -> Schema | None:
        raw = read_start(self._clients, item, _START_BYTES) if content is None else content
        beginning = _Beginning.of(item, raw)
        if beginning is None:
            return None
        for classifier in self._custom:
            found = _custom(classifier, beginning)
            if found is not None:
                return found
        return _json(beginning, None) or _delimited(beginning, None)


@dataclass(frozen=True)
class _Beginning:
    """The text at the beginning of an object; `whole` tells that there is no more."""

    item: StoredObject
    text: str
    compression: str
    whole: bool
    content_bytes: int

    @classmethod
    def of(cls, item: StoredObject, raw: bytes) -> _Beginning | None:
        """Unpack and decode `raw`, the first bytes of an object; None when that is no text."""
        compression, content, ended = _unpacked(raw)
        whole = ended and len(raw) == item.size
        if not whole:
            # The last line, and perhaps a character of it, is cut.
            end = content.rfind(b"\n") + 1
            content = content[:end] if end else content
        text = content.decode("utf-8-sig", "replace")
        if not text.strip() or "\x00" in text or text.count("\ufffd") > _MOST_BAD_TEXT * len(text):
            return None
        size = len(content) if whole else max(item.size * len(content) // len(raw), len(content))
        return cls(item, text, compression, whole, size)

    def statistics(self, rows: int) -> Statistics:
        """Give the statistics when `rows` rows were found in what was read: of more, the rest is estimated."""
        read_bytes = len(self.text.encode())
        records = rows if self.whole else rows * self.content_bytes // max(read_bytes, 1)
        return Statistics(1, self.item.size, records, self.content_bytes)


def _unpacked(raw: bytes) -> tuple[str, bytes, bool]:
    """Give the compression, the content (at most 4 MiB of it), and whether that is all that `raw` has."""
    if raw.startswith(_GZIP_MAGIC):
        return ("gzip", *_gunzip(raw))
    if raw.startswith(_BZIP2_MAGIC):
        decompressor = bz2.BZ2Decompressor()
        try:
            content = decompressor.decompress(raw, _MOST_TEXT_BYTES)
        except OSError:
            return "none", raw, True
        return "bzip2", content, decompressor.eof and not decompressor.unused_data
    return "none", raw, True


def _gunzip(raw: bytes) -> tuple[bytes, bool]:
    """Unpack the members of a GZIP file, one after another."""
    content = b""
    rest = raw
    while rest and len(content) < _MOST_TEXT_BYTES:
        member = zlib.decompressobj(wbits=31)
        try:
            content += member.decompress(rest, _MOST_TEXT_BYTES - len(content))
        except zlib.error:
            return content, False
        if not member.eof:
            return content, False
        rest = member.unused_data
    return content, not rest


def _custom(classifier: CustomClassifier, beginning: _Beginning) -> Schema | None:
    if classifier.json_path is not None:
        return _json(beginning, classifier.json_path)
    return _delimited(beginning, classifier.csv)


def _json(beginning: _Beginning, json_path: str | None) -> Schema | None:
    found = json_schema.documents(beginning.text, whole=beginning.whole)
    if not found:
        return None
    rows = json_schema.rows(found, json_path)
    if not rows:
        return None
    columns, keys = json_schema.columns_of(rows)
    if not columns:
        return None
    traits = (("jsonPath", json_path),) if json_path else ()
    return Schema(
        Format("json", beginning.compression, traits),
        columns,
        beginning.statistics(len(rows)),
        keys=keys,
    )


def _delimited(beginning: _Beginning, options: CsvOptions | None) -> Schema | None:
    found = delimited.infer(beginning.text, options)
    if found is None:
        return None
    traits: tuple[tuple[str, str], ...] = (("delimiter", found.delimiter),)
    if options is not None:
        traits += (("quoteChar", options.quote), ("serde", options.serde))
    return Schema(
        Format("csv", beginning.compression, traits),
        found.columns,
        beginning.statistics(found.rows),
        header=found.header,
        quoted=found.quoted,
    )
