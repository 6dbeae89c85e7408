"""Holds what a run left in S3 against the model: everything that must be there, once, and nothing else."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conformance.model import contents, objects, prefixes
from tests.conformance.model import scenario as names
from tests.conformance.model.contents import Found, Splitter
from tests.conformance.model.function import Function, mark_of
from tests.conformance.model.outcomes import Delivered, Failed, Model, Nowhere, Outcome, Settings, Unit
from tests.conformance.model.source import UserRecord, delivered_from

if TYPE_CHECKING:
    from tests.conformance.model.rows import Text
    from tests.conformance.model.run import Result
    from tests.conformance.model.scenario import Scenario

_DOCUMENT = (
    "rawData",
    "errorCode",
    "errorMessage",
    "attemptsMade",
    "arrivalTimestamp",
    "attemptEndingTimestamp",
)


@dataclass(frozen=True)
class Content:
    """An object and the units in it; `sizes` are the bytes of each before compression (none when converted)."""

    found: Found
    units: tuple[Unit, ...]
    sizes: tuple[int, ...] = ()


def records_of(scenario: Scenario) -> list[UserRecord]:
    """Give the user records that the delivery stream gets."""
    if scenario.is_direct:
        return [UserRecord(names.DIRECT_SHARD, "", 0, put.at_ms, "", put.data) for put in scenario.puts]
    first = frozenset(shard.shard_id for shard in scenario.shards if shard.opened_ms <= names.CREATED_MS)
    return list(delivered_from(scenario.puts, names.CREATED_MS, first))


class Check:
    """One comparison. `contents` has all objects after `compare`."""

    def __init__(self, scenario: Scenario, result: Result) -> None:
        self.scenario = scenario
        self.result = result
        self.records = records_of(scenario)
        self.settings = Settings.of(scenario.request, scenario.columns)
        self.model = Model(
            self.settings,
            Function(scenario.treatments, scenario.bombs),
            result.calls,
            scenario.most_partitions < 500,
        )
        self.units = self.model.units(self.records)
        self.outcomes: list[list[Outcome]] = [self.model.outcomes(unit) for unit in self.units]
        self.contents: list[Content] = []
        self._claimed: dict[int, set[tuple[int, int]]] = {}
        self._backed_up: set[int] = set()

    @property
    def has_conversion_failures(self) -> bool:
        return any(content.found.error_type == "format-conversion-failed" for content in self.contents)

    @property
    def has_unmarked_units(self) -> bool:
        """Tell whether there are records that cannot be seen in an object, or not be told from others."""
        return not all(map(self._is_marked, self.units))

    def compare(self) -> None:
        """Raise `AssertionError` for every difference between the run and the model."""
        for unit, outcomes in zip(self.units, self.outcomes, strict=True):
            assert outcomes, f"{unit} never came back from the function"
        self._index()
        for written in self.result.objects:
            found = contents.classify(written, self.result.destinations)
            getattr(self, f"_{found.kind}")(found)
        for unit, outcomes in zip(self.units, self.outcomes, strict=True):
            self._is_complete(unit, outcomes)
        self._is_backup_complete()

    # What may be found, by what it looks like

    def _index(self) -> None:
        self._joined: dict[bytes, list[tuple[int, int, int]]] = {}
        self._rows: dict[tuple[Any, ...], list[tuple[int, int, int]]] = {}
        self._failed: dict[tuple[str, bytes], list[tuple[int, int, int]]] = {}
        for number, outcomes in enumerate(self.outcomes):
            for way, outcome in enumerate(outcomes):
                match outcome:
                    case Delivered(_, data, None):
                        self._joined.setdefault(data, []).append((number, way, 0))
                    case Delivered(_, _, rows) if rows is not None:
                        for index, row in enumerate(rows):
                            self._rows.setdefault(row, []).append((number, way, index))
                    case Failed(error_type, raw):
                        self._failed.setdefault((error_type, raw), []).append((number, way, 0))
        self._splitter = Splitter(self._joined)
        self._backup_splitter = Splitter(record.data for record in self.records)

    def _claim(self, candidates: Iterable[tuple[int, int, int]], what: object) -> tuple[Unit, Outcome]:
        candidates = list(candidates)
        for number, way, part in candidates:
            claimed = self._claimed.setdefault(number, set())
            if (way, part) not in claimed and {way for way, _ in claimed} <= {way}:
                claimed.add((way, part))
                return self.units[number], self.outcomes[number][way]
        raise AssertionError(f"{'twice' if candidates else 'unexpected'}: {what!r}")

    # Objects by kind

    def _data(self, found: Found) -> None:
        s3 = self.result.destinations[found.version]
        columns = self.settings.columns
        claims: list[tuple[Unit, Outcome]]
        sizes: tuple[int, ...] = ()
        if columns is not None:
            rows = contents.converted_rows(found, s3, columns)
            claims = [self._claim(self._rows.get(row, ()), row) for row in rows]
        else:
            parts = contents.joined_records(found, s3, self._splitter)
            claims = [self._claim(self._joined[part], part) for part in parts]
            sizes = tuple(map(len, parts))
        extension, encoding = objects.extension_and_encoding(s3, converted=columns is not None)
        self._check_headers(found, s3, encoding)
        units = tuple(dict.fromkeys(unit for unit, _ in claims))
        template = prefixes.data_prefix(s3.get("Prefix"))
        templates = {
            prefixes.key_pattern(template, _SOME_MOMENT, outcome.keys)
            for _, outcome in claims
            if isinstance(outcome, Delivered)
        }
        assert len(templates) <= 1, f"{found} holds the records of several prefixes: {templates}"
        keys = claims[0][1].keys if claims and isinstance(claims[0][1], Delivered) else {}
        if not self.settings.partitioned:
            # 7: buffers are those of one shard.
            assert len({unit.shard for unit in units}) <= 1, f"{found} holds records of several shards"
        self._check_key(found, units, template, s3.get("CustomTimeZone", ""), extension, keys=keys)
        self.contents.append(Content(found, units, sizes))

    def _errors(self, found: Found) -> None:
        s3 = self.result.destinations[found.version]
        units: list[Unit] = []
        body_lines = found.written.body.splitlines(keepends=True)
        for document in contents.error_documents(found):
            raw = base64.b64decode(document["rawData"], validate=True)
            fitting = [
                (number, way, part)
                for number, way, part in self._failed.get((found.error_type, raw), ())
                if self.units[number].arrival_ms == document["arrivalTimestamp"]
                and self._is_document_of(document, self.units[number], self.outcomes[number][way])
            ]
            units.append(self._claim(fitting, document)[0])
        self._check_headers(found, s3, None)
        template = prefixes.error_prefix(s3.get("Prefix"), s3.get("ErrorOutputPrefix"))
        self._check_key(found, tuple(units), template, s3.get("CustomTimeZone", ""), "", is_exact=True)
        self.contents.append(Content(found, tuple(units), tuple(map(len, body_lines))))

    def _backup(self, found: Found) -> None:
        destination = self.result.destinations[found.version]
        assert destination.get("S3BackupMode") == "Enabled"
        s3 = destination["S3BackupConfiguration"]
        units: list[Unit] = []
        parts = contents.joined_records(found, s3, self._backup_splitter)
        for part in parts:
            numbers = [n for n, r in enumerate(self.records) if r.data == part and n not in self._backed_up]
            assert numbers, f"twice in the backup: {part!r}"
            self._backed_up.add(numbers[0])
            record = self.records[numbers[0]]
            units.append(Unit(numbers[0], record.shard, record.sequence, None, record.arrival_ms, part))
        extension, encoding = objects.extension_and_encoding(s3, converted=False)
        self._check_headers(found, s3, encoding)
        assert len({unit.shard for unit in units}) == 1, f"{found} holds records of several shards"
        self._check_key(found, tuple(units), prefixes.data_prefix(s3.get("Prefix")), "", extension)
        self.contents.append(Content(found, tuple(units), tuple(map(len, parts))))

    # What is around the records

    def _check_headers(self, found: Found, s3: dict[str, Any], encoding: str | None) -> None:
        headers = {name: value for name, value in found.written.request.items() if name != "Body"}
        wanted = {"ContentType": objects.CONTENT_TYPE}
        if encoding is not None:
            wanted["ContentEncoding"] = encoding
        encryption = s3.get("EncryptionConfiguration", {}).get("KMSEncryptionConfig")
        if encryption is not None:
            wanted |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption["AWSKMSKeyARN"]}
        assert headers == wanted, f"{found} has the headers {headers}"

    def _check_key(
        self,
        found: Found,
        units: tuple[Unit, ...],
        template: str,
        time_zone: str,
        extension: str,
        *,
        keys: Any = None,
        is_exact: bool = False,
    ) -> None:
        """3.1, 3.5: all times in the key are the arrival of the oldest record in the object."""
        assert units, f"{found} is empty"
        marked = [unit.arrival_ms for unit in units if is_exact or mark_of(unit.data)]
        instants = {min(marked)} if marked else set()
        if not is_exact:
            # Records without a byte may be anywhere, and one blank record looks like the other.
            latest = min(instants, default=units[0].arrival_ms)
            vague = {unit.arrival_ms for unit in self.units if not self._is_marked(unit)}
            instants |= {arrival_ms for arrival_ms in vague if arrival_ms <= latest or not marked}
        for arrival_ms in sorted(instants):
            moment = prefixes.instant(arrival_ms, time_zone)
            prefix = prefixes.key_pattern(template, moment, keys, found.error_type)
            name = prefixes.name_pattern(names.STREAM, found.version, moment, extension)
            if re.fullmatch(prefix + name, found.written.key):
                return
        raise AssertionError(f"{found} should be {prefix + name}")

    def _is_marked(self, unit: Unit) -> bool:
        made = [o.data for o in self.outcomes[unit.number] if isinstance(o, Delivered) and o.rows is None]
        return bool(mark_of(unit.data)) and all(mark_of(data) for data in made)

    def _is_document_of(self, document: dict[str, Any], unit: Unit, outcome: Outcome) -> bool:
        assert isinstance(outcome, Failed)
        ending_ms = document["attemptEndingTimestamp"]
        if not (type(ending_ms) is int and unit.arrival_ms <= ending_ms <= self.result.ended_ms + 10**6):
            return False
        if outcome.error_type == "format-conversion-failed":
            return self._is_conversion_document(document, unit, outcome)
        members = (*_DOCUMENT, "lambdaARN") if outcome.from_lambda else _DOCUMENT
        return (
            tuple(document) == members
            and _fits(document["errorCode"], outcome.code)
            and _fits(document["errorMessage"], outcome.message)
            and document["attemptsMade"] == outcome.attempts
            and document.get("lambdaARN", names.FUNCTION_ARN) == names.FUNCTION_ARN
        )

    def _is_conversion_document(self, document: dict[str, Any], unit: Unit, outcome: Failed) -> bool:
        """4.7: the other shape, with the table and the place in the source."""
        schema = self.scenario.request["ExtendedS3DestinationConfiguration"][
            "DataFormatConversionConfiguration"
        ]["SchemaConfiguration"]
        table = {
            "catalogId": schema.get("CatalogId", names.ACCOUNT),
            "databaseName": schema["DatabaseName"],
            "tableName": schema["TableName"],
            "region": schema.get("Region", names.REGION),
            "versionId": schema.get("VersionId", "LATEST"),
            "roleArn": schema["RoleARN"],
        }
        return (
            tuple(document)
            == (
                "attemptsMade",
                "arrivalTimestamp",
                "lastErrorCode",
                "lastErrorMessage",
                "attemptEndingTimestamp",
                "rawData",
                "sequenceNumber",
                "subSequenceNumber",
                "dataCatalogTable",
            )
            and document["attemptsMade"] == 1
            and _fits(document["lastErrorCode"], outcome.code)
            and _fits(document["lastErrorMessage"], outcome.message)
            and (not unit.sequence or document["sequenceNumber"] == unit.sequence)
            and (unit.subsequence is None or document["subSequenceNumber"] == unit.subsequence)
            and document["dataCatalogTable"] == table
        )

    # What must be there

    def _is_complete(self, unit: Unit, outcomes: list[Outcome]) -> None:
        claimed = self._claimed.get(unit.number, set())
        ways = {way for way, _ in claimed}
        assert len(ways) <= 1, f"{unit} is there in two ways: {[outcomes[way] for way in ways]}"
        if not ways:
            is_fine = any(
                isinstance(one, Nowhere) or (isinstance(one, Delivered) and one.data == b"")
                for one in outcomes
            )
            assert is_fine, f"lost: {unit}, which should be {outcomes}"
            return
        outcome = outcomes[ways.pop()]
        rows = outcome.rows if isinstance(outcome, Delivered) else None
        parts = 1 if rows is None else len(rows)
        assert len(claimed) == parts, f"{unit}: {len(claimed)} of {parts} rows are there"

    def _is_backup_complete(self) -> None:
        if self.result.destinations[1].get("S3BackupMode") != "Enabled":
            return
        for number, record in enumerate(self.records):
            assert number in self._backed_up or not record.data, f"not in the backup: {record}"


_SOME_MOMENT = prefixes.instant(names.CREATED_MS, "")


def _fits(value: str, wanted: Text) -> bool:
    if wanted is None:
        return isinstance(value, str) and value != ""
    return bool(wanted.fullmatch(value)) if isinstance(wanted, re.Pattern) else value == wanted
