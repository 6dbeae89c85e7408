"""Records in, one Arrow table and the failed records out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson
import pyarrow as pa

from local_aws.delivery.conversion.columns import MemberColumns
from local_aws.delivery.conversion.documents import Document, any_needs_care, read_documents
from local_aws.delivery.conversion.errors import MisfitError
from local_aws.delivery.conversion.format_config import FormatConfig, HiveOptions, OpenXOptions
from local_aws.delivery.conversion.hive import HiveDeserializer
from local_aws.delivery.conversion.openx import OpenXDeserializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.delivery.conversion.rules import Deserializer
    from local_aws.delivery.conversion.schema import TableSchema

# Python objects of this many records are alive at a time; more would only cost memory and cache misses.
CHUNK_RECORDS: Final = 2_048


@dataclass(frozen=True)
class Failure:
    """A record that does not fit; `index` is its position in the input, the rest goes to its error document."""

    index: int
    code: str
    message: str


@dataclass(frozen=True)
class Converted:
    """The rows of all good records in input order, and the bad records in input order."""

    table: pa.Table
    failures: tuple[Failure, ...]


class Converter:
    """Converts records of one delivery stream under one version of its table.

    One converter serves one thread at a time. Raises FormatError or SchemaError when made with settings that
    cannot work; `convert` itself raises nothing for bad records.
    """

    def __init__(self, schema: TableSchema, config: FormatConfig) -> None:
        rules = _deserializer(config)
        self._schema = schema.arrow
        self._columns = MemberColumns(
            schema.columns, [rules.column_key(name) for name, _ in schema.columns], rules
        )

    def convert(self, records: Sequence[bytes]) -> Converted:
        """Convert records: a row for each JSON document of each good record.

        AWS rule: a failure is the record's alone, the others are written, reference 4.5. A record with
        several documents fails as a whole when one of them does.
        """
        batches: list[pa.RecordBatch] = []
        failures: list[Failure] = []
        for start in range(0, len(records), CHUNK_RECORDS):
            batch, misfits = self._convert_chunk(records[start : start + CHUNK_RECORDS])
            batches.append(batch)
            failures.extend(
                Failure(start + index, misfits[index].code, misfits[index].message)
                for index in sorted(misfits)
            )
        return Converted(pa.Table.from_batches(batches, self._schema), tuple(failures))

    def _convert_chunk(self, records: Sequence[bytes]) -> tuple[pa.RecordBatch, dict[int, MisfitError]]:
        documents, owners, misfits = _read(records)
        arrays, row_misfits = self._columns.build(documents)
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        if row_misfits:
            for row in sorted(row_misfits):
                misfits.setdefault(owners[row], row_misfits[row])
            batch = batch.filter(pa.array([owner not in misfits for owner in owners], pa.bool_()))
        return batch, misfits


def _deserializer(config: FormatConfig) -> Deserializer:
    match config.deserializer:
        case OpenXOptions() as options:
            return OpenXDeserializer(options)
        case HiveOptions() as options:
            return HiveDeserializer(options)


def _read(records: Sequence[bytes]) -> tuple[list[Document], Sequence[int], dict[int, MisfitError]]:
    """Return all documents, the index of the record that each is from, and the records that are no JSON."""
    careful = any_needs_care(records)
    if not careful:
        try:
            documents = list(map(orjson.loads, records))
        except orjson.JSONDecodeError:
            documents = []
        if set(map(type, documents)) == {dict}:
            return documents, range(len(documents)), {}
    return _read_each(records, careful=careful)


def _read_each(
    records: Sequence[bytes], *, careful: bool
) -> tuple[list[Document], list[int], dict[int, MisfitError]]:
    documents: list[Document] = []
    owners: list[int] = []
    misfits: dict[int, MisfitError] = {}
    for index, record in enumerate(records):
        document = None
        if not (careful and any_needs_care((record,))):
            with suppress(orjson.JSONDecodeError):  # read_documents finds out what is wrong
                document = orjson.loads(record)
        if type(document) is dict:
            documents.append(document)
            owners.append(index)
            continue
        try:
            found = read_documents(record)
        except MisfitError as misfit:
            misfits[index] = misfit
        else:
            documents += found
            owners += [index] * len(found)
    return documents, owners, misfits
