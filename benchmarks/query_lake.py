"""Events of the lake in bulk: the contract's columns and folders, written as Parquet through S3, without Firehose.

The records come from the producer, so that names, families and payloads are as often and as long as in the lake. Each
keeps its payload and gets a moment of its own; one in a thousand is delivered twice.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lambda_transform.contract import load_contract
from scripts.paths import REPOSITORY, SCHEMAS

if TYPE_CHECKING:
    from local_aws.clients import Clients

DATASET: Final = "events"
DATABASE: Final = "lake"
TABLE: Final = f"{DATABASE}.{DATASET}"
VIEW: Final = f"{DATABASE}.{DATASET}_once"
BUCKET: Final = "lake"
PREFIX: Final = f"data/{DATASET}/"
DAYS: Final = tuple(f"2026-03-{day:02d}" for day in range(1, 11))
OBJECTS_PER_PARTITION: Final = 4
SAMPLE: Final = 10_000
ONE_TWICE_IN: Final = 1000
_KEPT: Final = ("event_uuid", "event_name", "created_at")
_PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet"


@dataclass(frozen=True)
class Sample:
    """Records of the producer by family: names, second parts of the names, payloads; all arrays of texts."""

    by_family: dict[str, Any]
    shares: dict[str, float]


def take_sample() -> Sample:
    """Make `SAMPLE` records by the producer and put them as the transform does."""
    command = [sys.executable, "-m", "producer", "--dry-run", "--seed", "1", "--amount", str(SAMPLE)]
    made = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for line in made.splitlines():
        record = json.loads(line)
        name = str(record["event_name"])
        rest = {key: value for key, value in record.items() if key not in _KEPT}
        row = (name, name.split(":")[1], json.dumps(rest, separators=(",", ":")))
        rows.setdefault(name.split(":")[0], []).append(row)
    tables = {
        family: pa.table(list(zip(*found, strict=True)), names=["event_name", "event_subtype", "payload"])
        for family, found in rows.items()
    }
    return Sample(tables, {family: len(found) / SAMPLE for family, found in rows.items()})


def fill(clients: Clients, events: int) -> int:
    """Make the table, the view and about `events` rows; gives how many there are."""
    clients.client("s3").create_bucket(Bucket=BUCKET)
    clients.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    _make_table(clients)
    sample = take_sample()
    random = np.random.default_rng(1)
    total = 0
    for day in DAYS:
        for family, share in sample.shares.items():
            count = max(1, round(events * share / len(DAYS) / OBJECTS_PER_PARTITION))
            for part in range(OBJECTS_PER_PARTITION):
                table = _rows(sample.by_family[family], day, count, random)
                key = f"{PREFIX}event_type={family}/created_date={day}/part-{part}.parquet"
                sink = io.BytesIO()
                pq.write_table(table, sink, compression="snappy")
                clients.client("s3").put_object(Bucket=BUCKET, Key=key, Body=sink.getvalue())
                total += table.num_rows
    return total


def _rows(sample: Any, day: str, count: int, random: np.random.Generator) -> Any:
    start = int(np.datetime64(day).astype("datetime64[s]").astype(np.int64))
    moments = np.sort(start + random.integers(0, 86_400, count))
    table = sample.take(pa.array(random.integers(0, sample.num_rows, count)))
    columns = {
        "event_uuid": _uuids(random, count),
        "event_name": table["event_name"].combine_chunks(),
        "created_at": pa.array(moments),
        "created_datetime": pa.array(moments * 1000, pa.timestamp("ms")),
        "event_subtype": table["event_subtype"].combine_chunks(),
        "payload": _payloads(table["payload"].combine_chunks(), random),
    }
    made = pa.table(columns)
    again = random.integers(0, count, count // ONE_TWICE_IN)
    return pa.concat_tables([made, made.take(pa.array(again))]) if len(again) else made


def _payloads(payloads: Any, random: np.random.Generator) -> Any:
    """Put a field of its own into every payload, so that no two are the same, as in the lake."""
    own = _uuids(random, len(payloads))
    return pc.binary_join_element_wise('{"session":"', own, '",', pc.utf8_slice_codeunits(payloads, 1), "")


def _uuids(random: np.random.Generator, count: int) -> Any:
    """Make identifiers in the usual form, without a loop over them: text is cut out of one buffer of digits."""
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    text = digits[random.integers(0, 16, (count, 36), dtype=np.uint8)]
    text[:, [8, 13, 18, 23]] = ord("-")
    text[:, 14] = ord("4")
    offsets = pa.array(np.arange(0, (count + 1) * 36, 36, dtype=np.int32))
    return pa.StringArray.from_buffers(count, offsets.buffers()[1], pa.py_buffer(text.tobytes()))


def _make_table(clients: Clients) -> None:
    contract = load_contract(SCHEMAS / f"{DATASET}.schema.json")
    families = contract.field("event_type").enum or ()
    location = f"s3://{BUCKET}/{PREFIX}"
    clients.client("glue").create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": DATASET,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                "classification": "parquet",
                "projection.enabled": "true",
                "projection.event_type.type": "enum",
                "projection.event_type.values": ",".join(str(family) for family in families),
                "projection.created_date.type": "date",
                "projection.created_date.range": "2020-01-01,NOW+1DAYS",
                "projection.created_date.format": "yyyy-MM-dd",
                "storage.location.template": (
                    f"{location}event_type=${{event_type}}/created_date=${{created_date}}/"
                ),
            },
            "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in contract.glue_partition_keys],
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in contract.glue_columns],
                "Location": location,
                "InputFormat": f"{_PARQUET}.MapredParquetInputFormat",
                "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": f"{_PARQUET}.serde.ParquetHiveSerDe"},
            },
        },
    )
