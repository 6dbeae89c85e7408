"""Model of the stages between the source and S3: what becomes of each record (reference 0.3).

A unit is a record as the transform gets it. It ends as delivered bytes or rows, as an error document, or
nowhere. Where AWS leaves open which of two ends it is, or where it depends on which records shared a
batch, the model gives all that are possible and exactly one of them must be found.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conformance.model import function, prefixes, queries
from tests.conformance.model.rows import RefusedError, Text, rows
from tests.conformance.model.source import MOST_PIECES, UserRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.conformance.model.function import Call, Function

EMPTY_KEY = "partitionKeys values must not be null or empty"
NOT_JSON = "Non JSON record provided"
EXTRACTION = "DynamicPartitioning.MetadataExtractionFailed"
PARTITIONING = re.compile(r"DynamicPartitioning\..+")
OF_LAMBDA = re.compile(r"Lambda\..+")
MIB = 1024 * 1024
# 2.3: 6 MB for an event in base64, with some room for what is around the data.
LARGEST_FOR_LAMBDA = 6 * MIB * 3 // 4 - 1_000


@dataclass(frozen=True)
class Unit:
    """One record as the transform gets it; `subsequence` None is one that AWS does not tell."""

    number: int
    shard: str
    sequence: str
    subsequence: int | None
    arrival_ms: int
    data: bytes


@dataclass(frozen=True)
class Delivered:
    """In a data object: as these bytes, or as these rows (tuples in the order of the columns)."""

    keys: Mapping[tuple[str, str], str]
    data: bytes
    rows: tuple[tuple[Any, ...], ...] | None = None


@dataclass(frozen=True)
class Failed:
    """In an error object of `error_type`; `raw` is what its rawData holds."""

    error_type: str
    raw: bytes
    code: str | re.Pattern[str]
    message: Text
    attempts: int = 1
    from_lambda: bool = False


@dataclass(frozen=True)
class Nowhere:
    """Dropped by the function (2.4: no trace at all)."""


Outcome = Delivered | Failed | Nowhere
# How the calls with a batch ended: how the last one failed (None: it did not), and how many there were.
End = tuple[str | None, int]


@dataclass(frozen=True)
class Settings:
    """What of a CreateDeliveryStream request decides the fate of a record.

    `split` is None without de-aggregation, b"" for JSON documents, else the delimiter.
    """

    prefix: str
    lambda_retries: int | None
    query: queries.Query | None
    split: bytes | None
    delimiter: bytes
    partitioned: bool
    columns: tuple[tuple[str, str], ...] | None

    @classmethod
    def of(cls, request: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> Settings:
        s3 = request["ExtendedS3DestinationConfiguration"]
        processing = s3.get("ProcessingConfiguration") or {}
        # 2.3: Enabled left out means off; 4.1: for conversion it means on.
        processors = {
            one["Type"]: {p["ParameterName"]: p["ParameterValue"] for p in one.get("Parameters", [])}
            for one in (processing.get("Processors", []) if processing.get("Enabled") else [])
        }
        converting = s3.get("DataFormatConversionConfiguration")
        is_converting = converting is not None and converting.get("Enabled", True)
        query = processors.get("MetadataExtraction", {}).get("MetadataExtractionQuery")
        split: bytes | None = None
        if "RecordDeAggregation" in processors:
            split = b""
            if processors["RecordDeAggregation"]["SubRecordType"] == "DELIMITED":
                split = base64.b64decode(processors["RecordDeAggregation"]["Delimiter"])
        retries = None
        if "Lambda" in processors:
            retries = int(processors["Lambda"].get("NumberOfRetries", "3"))
        return cls(
            prefix=prefixes.data_prefix(s3.get("Prefix")),
            lambda_retries=retries,
            query=next((one for one in queries.QUERIES if one.text == query), None),
            split=split,
            delimiter=b"\n" if "AppendDelimiterToRecord" in processors else b"",
            partitioned=bool((s3.get("DynamicPartitioningConfiguration") or {}).get("Enabled")),
            columns=tuple(columns) if is_converting else None,
        )


@dataclass
class Model:
    """Says what becomes of each record, given what the function did with which batches."""

    settings: Settings
    function: Function
    calls: Sequence[Call] = ()
    may_exceed_partitions: bool = False
    _ends: dict[tuple[str, str, bytes], set[End]] = field(init=False)

    def __post_init__(self) -> None:
        self._ends = _ends_of_calls(self.calls, self.settings.lambda_retries or 0)

    def units(self, records: Sequence[UserRecord]) -> list[Unit]:
        found: list[Unit] = []
        for record in records:
            pieces = self.pieces(record.data)
            for piece in pieces:
                number = None if self.settings.split is not None else record.subsequence
                found.append(
                    Unit(len(found), record.shard, record.sequence, number, record.arrival_ms, piece)
                )
        return found

    def pieces(self, data: bytes) -> list[bytes]:
        """5.3: JSON documents or pieces between delimiters; more than 500 or anything else passes on whole."""
        split = self.settings.split
        if split is None or not self.settings.partitioned or len(data) > MIB:
            return [data]
        found = [piece for piece in data.split(split) if piece] if split else _documents(data)
        return found if 0 < len(found) <= MOST_PIECES else [data]

    def goes_to_the_function(self, unit: Unit) -> bool:
        """1.6: large records and dynamic partitioning do not go together, nor do they with Lambda's events."""
        is_too_large = self.settings.partitioned and len(unit.data) > MIB
        has_function = self.settings.lambda_retries is not None
        return has_function and not is_too_large and len(unit.data) <= LARGEST_FOR_LAMBDA

    def outcomes(self, unit: Unit) -> list[Outcome]:
        """Give the ends that are possible for a unit, each once."""
        found: list[Outcome] = []
        for outcome in self._outcomes(unit):
            if outcome not in found:
                found.append(outcome)
        return found

    def _outcomes(self, unit: Unit) -> list[Outcome]:
        if self.settings.partitioned and len(unit.data) > MIB:
            return [Failed("partitioning-failed", unit.data, PARTITIONING, None)]
        if self.settings.lambda_retries is not None and not self.goes_to_the_function(unit):
            return [Failed("processing-failed", unit.data, OF_LAMBDA, None, from_lambda=True)]
        if self.settings.lambda_retries is None:
            return list(self._after_transform(unit.data, {}))
        found: list[Outcome] = []
        for how, attempts in self._ends.get((unit.shard, unit.sequence, unit.data), ()):
            if how is not None:
                code, message, _ = function.CALL_FAILURES[how]
                found.append(Failed("processing-failed", unit.data, code, message, attempts, True))
            else:
                found += self._after_answer(unit.data, attempts)
        return found

    def _after_answer(self, data: bytes, attempts: int) -> Iterator[Outcome]:
        treatment = self.function.treatment(data)
        if treatment.how == "dropped":
            yield Nowhere()
        elif treatment.how in function.FAILURES:
            code, message = function.FAILURES[treatment.how]
            yield Failed("processing-failed", data, code, message, attempts, True)
        else:
            keys = treatment.keys if isinstance(treatment.keys, dict) else {}
            yield from self._after_transform(function.transformed(treatment.how, data), keys)

    def _after_transform(self, data: bytes, from_lambda: Mapping[str, Any]) -> Iterator[Outcome]:
        if not self.settings.partitioned:
            yield self._made(data, {})
            return
        from_query: Mapping[str, Any] = {}
        if self.settings.query is not None:
            try:
                document = json.loads(data)
            except ValueError:
                yield Failed("metadata-extraction-failed", data, EXTRACTION, NOT_JSON)
                return
            try:
                from_query = {name: get(document) for name, get in self.settings.query.keys.items()}
            except queries.QueryFailedError:
                yield Failed("metadata-extraction-failed", data, EXTRACTION, None)
                return
        yield from self._partitioned(data, from_lambda, from_query)

    def _partitioned(
        self, data: bytes, from_lambda: Mapping[str, Any], from_query: Mapping[str, Any]
    ) -> Iterator[Outcome]:
        """5.4: a key that is missing, null or empty sends the record to the error prefix."""
        keys: dict[tuple[str, str], str] = {}
        missing = set()
        for source, name in prefixes.partition_keys(self.settings.prefix):
            value = from_lambda.get(name) if source == "Lambda" else queries.as_text(from_query.get(name))
            if isinstance(value, str) and value:
                keys[source, name] = value
            else:
                missing.add(source)
        if "Query" in missing:
            yield Failed("metadata-extraction-failed", data, EXTRACTION, EMPTY_KEY)
        if "Lambda" in missing:
            yield Failed("partitioning-failed", data, PARTITIONING, None)
        if missing:
            return
        if prefixes.evaluated_length(self.settings.prefix, keys) > prefixes.LONGEST:
            yield Failed("partitioning-failed", data, PARTITIONING, None)
            return
        yield self._made(data, keys)
        if self.may_exceed_partitions:
            yield Failed("activePartitionExceeded", data, PARTITIONING, None)

    def _made(self, data: bytes, keys: Mapping[tuple[str, str], str]) -> Outcome:
        """0.3: the delimiter is appended, or the record is converted."""
        columns = self.settings.columns
        if columns is None:
            return Delivered(keys, data + self.settings.delimiter)
        try:
            made = tuple(tuple(row.values()) for row in rows(data, columns))
        except RefusedError as refused:
            return Failed("format-conversion-failed", data, refused.code, refused.message)
        return Delivered(keys, data, made)


def _documents(data: bytes) -> list[bytes]:
    """Take apart objects that stand one after the other; anything else gives nothing."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return []
    found = []
    while text := text.lstrip(" \t\r\n"):
        try:
            document, end = json.JSONDecoder().raw_decode(text)
        except ValueError:
            return []
        if not isinstance(document, dict):
            return []
        found.append(text[:end].encode())
        text = text[end:]
    return found


def _ends_of_calls(calls: Sequence[Call], retries: int) -> dict[tuple[str, str, bytes], set[End]]:
    """2.4: a call that fails is repeated with the same records, until it answers or the retries are used up.

    Gives the ends of the rows of calls that each record was in; a row that a restart cut off has none.
    """
    rows_of_calls: dict[tuple[int, tuple[str, ...]], list[Call]] = {}
    for call in calls:
        rows_of_calls.setdefault((call.life, call.ids), []).append(call)
    ends: dict[tuple[str, str, bytes], set[End]] = {}
    for row in rows_of_calls.values():
        *before, last = row
        assert all(call.how and function.CALL_FAILURES[call.how][2] for call in before), (
            f"a batch was sent again although nothing asked for it: {[call.how for call in row]}"
        )
        assert len(row) <= retries + 1, f"{len(row)} attempts with {retries} retries"
        if last.how is not None and function.CALL_FAILURES[last.how][2] and len(row) <= retries:
            continue
        for record in last.records:
            ends.setdefault(record, set()).add((last.how, len(row)))
    return ends
