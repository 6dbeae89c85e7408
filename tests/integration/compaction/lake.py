"""A table to compact, in a real gateway: its objects are small, and rows stand in it more than once."""

from __future__ import annotations

import io
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from lambda_compaction.clients import Surroundings
from lambda_compaction.request import Request
from tests.integration.athena.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local_aws.clients import Clients

COLUMNS = {
    "event_uuid": "string",
    "created_at": "bigint",
    "created_datetime": "timestamp",
    "payload": "string",
    "tags": "array<string>",
}
KEYS = {"event_type": "string", "created_date": "string"}
PROJECTION = {
    "projection.enabled": "true",
    "projection.event_type.type": "enum",
    "projection.event_type.values": "account,order,lesson",
    "projection.created_date.type": "date",
    "projection.created_date.range": "2026-01-01,NOW+1DAYS",
    "projection.created_date.format": "yyyy-MM-dd",
}
SCHEMA = pa.schema(
    [
        ("event_uuid", pa.string()),
        ("created_at", pa.int64()),
        ("created_datetime", pa.timestamp("ms")),
        ("payload", pa.string()),
        ("tags", pa.list_(pa.string())),
    ]
)

DAY = "2026-02-01"

Row = dict[str, Any]


def rows(ids: Iterable[str], payload: str = "first") -> list[Row]:
    """Make rows; their values follow from the id, the payload aside."""
    return [
        {
            "event_uuid": one,
            "created_at": 1_769_904_000 + len(one),
            "created_datetime": datetime(2026, 2, 1, 12),
            "payload": payload,
            "tags": [one, "x"],
        }
        for one in ids
    ]


@dataclass
class Meanwhile:
    """An Athena client; when it has started a CREATE TABLE AS, something else happens first, once."""

    client: Any
    happens: Callable[[], object]
    happened: list[object] = field(default_factory=list)

    def start_query_execution(self, **named: Any) -> Any:
        started = self.client.start_query_execution(**named)
        if named["QueryString"].startswith("CREATE") and not self.happened:
            self.happened.append(None)
            self.happened[0] = self.happens()
        return started

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@dataclass
class CompactedLake:
    """A table with projected partitions, and what a reader sees of it."""

    lake: Lake
    table: str
    written: int = field(default=0)

    @classmethod
    def create(cls, clients: Clients, name: str) -> CompactedLake:
        lake = Lake(clients, name.replace("-", "_"), name)
        lake.create()
        clients.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        clients.client("athena").create_work_group(
            Name=name,
            Configuration={
                "EnforceWorkGroupConfiguration": True,
                "ResultConfiguration": {"OutputLocation": f"s3://{name}/queries/"},
            },
        )
        made = cls(lake, "events")
        made.add_table("events")
        return made

    def add_table(self, name: str) -> CompactedLake:
        """Make another table of the same kind in the same database."""
        self.lake.table(name, COLUMNS, KEYS, PROJECTION)
        return replace(self, table=name)

    def request(self, **changes: Any) -> Request:
        return Request(
            **{
                "database": self.lake.database,
                "table": self.table,
                "unique_key": ("event_uuid", "created_at"),
                "workgroup": self.lake.bucket,
                "manifests": f"s3://{self.lake.bucket}/compaction/{self.table}/",
                "settle_seconds": 0,
                "lookback_days": None,
                "grace_seconds": 0,
                **changes,
            }
        )

    def surroundings(self, **changes: Any) -> Surroundings:
        clients = self.lake.clients
        return Surroundings(
            **{
                "athena": clients.client("athena"),
                "glue": clients.client("glue"),
                "s3": clients.client("s3"),
                "sleep": lambda seconds: time.sleep(min(seconds, 0.02)),
                **changes,
            }
        )

    def meanwhile(self, happens: Callable[[], object]) -> Meanwhile:
        """Give an Athena client during whose work something else happens."""
        return Meanwhile(self.lake.clients.client("athena"), happens)

    def folder(self, kind: str = "account", day: str = DAY) -> str:
        return f"{self.table}/event_type={kind}/created_date={day}/"

    def deliver(self, content: list[Row], kind: str = "account", day: str = DAY) -> str:
        """Put an object into a partition, as a delivery stream does; gives its key."""
        self.written += 1
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(content, SCHEMA), sink)
        key = f"{self.folder(kind, day)}lake-events-1-2026-02-01-00-00-{self.written:04d}.parquet"
        self.lake.clients.client("s3").put_object(Bucket=self.lake.bucket, Key=key, Body=sink.getvalue())
        return key

    def keys(self, prefix: str) -> list[str]:
        pages = (
            self.lake.clients.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.lake.bucket, Prefix=prefix)
        )
        return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))

    def staged(self) -> list[str]:
        """Give the rows' objects of temporary tables; Athena's notes on its queries are no such."""
        return [
            key for key in self.keys("queries/tables/") if not key.endswith((".csv", ".metadata", ".txt"))
        ]

    def ids(self, kind: str = "account", day: str = DAY) -> Counter[str]:
        """Read every object of a partition as it is now; gives how often each id stands in it."""
        found: Counter[str] = Counter()
        s3 = self.lake.clients.client("s3")
        for key in self.keys(self.folder(kind, day)):
            body = s3.get_object(Bucket=self.lake.bucket, Key=key)["Body"].read()
            found.update(pq.read_table(io.BytesIO(body), columns=["event_uuid"]).column(0).to_pylist())
        return found

    def queried_ids(self, kind: str = "account") -> Counter[str]:
        """Ask Athena for the same."""
        answer = self.lake.rows(
            f"SELECT event_uuid, count(*) FROM {self.table} WHERE event_type = '{kind}' GROUP BY 1",
            WorkGroup=self.lake.bucket,
        )
        return Counter({str(one): int(count or 0) for one, count in answer})
