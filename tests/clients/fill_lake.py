"""Fills a local AWS with the lake that the clients use: `python -m tests.clients.fill_lake ENDPOINT`.

Everything has the names, table parameters and folders that `make deploy` gives it. The events come from the producer,
pass the transform and the format conversion, and are put where Firehose puts them. What was stored is printed as JSON:
the number of events by family and by day.

It runs in the project's own environment; the clients' one has none of its packages.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from lambda_transform.contract import load_contract
from lambda_transform.transform import Transform
from local_aws.clients import Clients
from local_aws.config import ACCOUNT_ID, DEFAULT_REGION
from local_aws.delivery.conversion import Converter, FormatConfig, TableSchema, write
from scripts.paths import REPOSITORY, SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_transform.contract_model import Contract

NAME: Final = "streamlake-local"
DATABASE: Final = "streamlake_local"
BUCKETS: Final = {
    purpose: f"{NAME}-{purpose}-{ACCOUNT_ID}-{DEFAULT_REGION}" for purpose in ("data", "raw", "results")
}
EVENTS_BY_DAY: Final = {"2026-03-01": 150, "2026-03-02": 150, "2026-03-03": 100}
_PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet"
_CONVERSION: Final[dict[str, Any]] = {
    "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
    "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
}


def main() -> None:
    clients = Clients(sys.argv[1], DEFAULT_REGION)
    contract = load_contract(SCHEMAS / "events.schema.json")
    for bucket in BUCKETS.values():
        clients.client("s3").create_bucket(Bucket=bucket)
    clients.client("glue").create_database(
        DatabaseInput={"Name": DATABASE, "Description": f"Tables of the lake {NAME}, one per data contract"}
    )
    clients.client("athena").create_work_group(
        Name=NAME,
        Configuration={
            "EnforceWorkGroupConfiguration": True,
            "ResultConfiguration": {
                "OutputLocation": f"s3://{BUCKETS['results']}/queries/",
                "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
            },
            "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
        },
    )
    make_table(clients, contract)
    sys.stdout.write(json.dumps(put_events(clients, contract)))


def make_table(clients: Clients, contract: Contract) -> None:
    """Make the table of events with partition projection, as the catalog module makes it."""
    location = f"s3://{BUCKETS['data']}/data/events/"
    families = ",".join(str(family) for family in contract.field("event_type").enum or ())
    clients.client("glue").create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": "events",
            "Description": contract.description,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                "EXTERNAL": "TRUE",
                "classification": "parquet",
                "projection.enabled": "true",
                "storage.location.template": (
                    f"{location}event_type=${{event_type}}/created_date=${{created_date}}/"
                ),
                "projection.event_type.type": "enum",
                "projection.event_type.values": families,
                "projection.created_date.type": "date",
                "projection.created_date.range": "2020-01-01,NOW+1DAYS",
                "projection.created_date.format": "yyyy-MM-dd",
            },
            "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in contract.glue_partition_keys],
            "StorageDescriptor": {
                "Columns": [
                    {
                        "Name": name,
                        "Type": kind,
                        "Comment": contract.field(name).description,
                    }
                    for name, kind in contract.glue_columns
                ],
                "Location": location,
                "InputFormat": f"{_PARQUET}.MapredParquetInputFormat",
                "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat",
                "SerdeInfo": {
                    "Name": "parquet",
                    "SerializationLibrary": f"{_PARQUET}.serde.ParquetHiveSerDe",
                    "Parameters": {"serialization.format": "1"},
                },
            },
        },
    )


def put_events(clients: Clients, contract: Contract) -> dict[str, dict[str, int]]:
    """Put one object into each partition; gives the number of events by family and by day."""
    transform = Transform(contract)
    transform.set_clock(time.time())
    lines: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for record in produced():
        accepted = transform.apply(record)
        if accepted is None or accepted.partition_keys is None:
            raise SystemExit(f"the transform drops, or names no partition of: {record!r}")
        keys = accepted.partition_keys
        lines[keys["event_type"], keys["created_date"]].append(accepted.line)
    schema = TableSchema.from_glue([{"Name": name, "Type": kind} for name, kind in contract.glue_columns])
    config = FormatConfig.from_api(_CONVERSION)
    families: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for (family, day), records in lines.items():
        converted = Converter(schema, config).convert(records)
        if converted.failures:
            raise SystemExit(f"not converted: {converted.failures[0]}")
        sink = io.BytesIO()
        write(converted.table, config, sink)
        key = f"data/events/event_type={family}/created_date={day}/{NAME}-events-1-{day}.parquet"
        clients.client("s3").put_object(Bucket=BUCKETS["data"], Key=key, Body=sink.getvalue())
        families[family] += len(records)
        days[day] += len(records)
    return {"families": dict(families), "days": dict(days)}


def produced() -> Iterator[bytes]:
    """Make the events with the producer, always the same ones."""
    for seed, (day, count) in enumerate(EVENTS_BY_DAY.items()):
        command = [sys.executable, "-m", "producer", "--dry-run", "--seed", str(seed), "--amount", str(count)]
        command += ["--start-time", f"{day}T12:00:00Z"]
        yield from subprocess.run(
            command, cwd=REPOSITORY, check=True, capture_output=True
        ).stdout.splitlines()


if __name__ == "__main__":
    main()
