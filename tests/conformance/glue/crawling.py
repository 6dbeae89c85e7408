"""A bucket, a database and a role in a local AWS, and what tests of crawlers do with them."""

from __future__ import annotations

import gzip
import io
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

WAIT_SECONDS = 60
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass
class Crawling:
    """What a test of crawlers needs: `bucket`, `database` and `role` are its own."""

    local_aws: LocalAws
    bucket: str = field(default_factory=lambda: unique("crawl"))

    def __post_init__(self) -> None:
        clients = self.local_aws.clients
        self.glue: Any = clients.client("glue")
        self.s3: Any = clients.client("s3")
        self.logs: Any = clients.client("logs")
        self.database = self.bucket.replace("-", "_")
        self.role = f"{self.bucket}-role"
        self.s3.create_bucket(Bucket=self.bucket)
        self.glue.create_database(DatabaseInput={"Name": self.database})
        clients.client("iam").create_role(RoleName=self.role, AssumeRolePolicyDocument=json.dumps(TRUST))

    def name(self, name: str = "crawler") -> str:
        return f"{self.bucket}-{name}"

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def put_json(self, key: str, *documents: Any) -> None:
        self.put(key, "".join(json.dumps(document) + "\n" for document in documents))

    def put_gzip(self, key: str, *documents: Any) -> None:
        text = "".join(json.dumps(document) + "\n" for document in documents)
        self.put(key, gzip.compress(text.encode()))

    def put_parquet(self, key: str, **columns: Any) -> None:
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink)
        self.put(key, sink.getvalue())

    def delete(self, *keys: str) -> None:
        for key in keys:
            self.s3.delete_object(Bucket=self.bucket, Key=key)

    def path(self, prefix: str = "") -> str:
        return f"s3://{self.bucket}/{prefix}"

    def create(self, *prefixes: str, name: str = "crawler", **parameters: Any) -> str:
        """Create a crawler of these folders; give its name."""
        parameters.setdefault("Targets", {"S3Targets": [{"Path": self.path(prefix)} for prefix in prefixes]})
        parameters.setdefault("DatabaseName", self.database)
        self.glue.create_crawler(Name=self.name(name), Role=self.role, **parameters)
        return self.name(name)

    def run(self, name: str) -> dict[str, Any]:
        """Start a crawler, wait until it is ready, and give its description."""
        self.glue.start_crawler(Name=name)
        return self.wait(name)

    def wait(self, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            crawler: dict[str, Any] = self.glue.get_crawler(Name=name)["Crawler"]
            if crawler["State"] == "READY":
                return crawler
            assert time.monotonic() < deadline, f"crawler {name} is still {crawler['State']}"
            time.sleep(0.05)

    def crawl(self, *prefixes: str, name: str = "crawler", **parameters: Any) -> str:
        """Create a crawler and run it with success; give its name."""
        made = self.create(*prefixes, name=name, **parameters)
        self.crawl_again(made)
        return made

    def crawl_again(self, name: str) -> dict[str, Any]:
        crawler = self.run(name)
        assert crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawler["LastCrawl"]
        return crawler

    def tables(self) -> dict[str, dict[str, Any]]:
        found = self.glue.get_tables(DatabaseName=self.database)["TableList"]
        return {table["Name"]: table for table in found}

    def table(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.glue.get_table(DatabaseName=self.database, Name=name)["Table"]
        return found

    def columns(self, name: str) -> dict[str, str]:
        return {column["Name"]: column["Type"] for column in self.table(name)["StorageDescriptor"]["Columns"]}

    def keys(self, name: str) -> dict[str, str]:
        return {key["Name"]: key["Type"] for key in self.table(name)["PartitionKeys"]}

    def partitions(self, name: str) -> dict[tuple[str, ...], dict[str, Any]]:
        pages = self.glue.get_paginator("get_partitions").paginate(DatabaseName=self.database, TableName=name)
        return {tuple(item["Values"]): item for page in pages for item in page["Partitions"]}

    def messages(self, name: str) -> list[str]:
        """Give the log entries of a crawler's last run, without the run's id."""
        last = self.glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
        events = self.logs.get_log_events(
            logGroupName=last["LogGroup"], logStreamName=last["LogStream"], startFromHead=True
        )["events"]
        prefix = f"[{last['MessagePrefix']}] "
        return [
            event["message"].removeprefix(prefix) for event in events if event["message"].startswith(prefix)
        ]
