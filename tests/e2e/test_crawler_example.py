"""The example with a crawler, with IAM enforced: partitions come from the crawler, under its own role."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_aws.config import Settings
from scripts import athena
from scripts.deployment import Outputs, parse_outputs
from tests.e2e.catalog_stack import Configuration
from tests.gateway_fixture import LocalAws, free_port
from tests.waiting import wait_until

DAYS = ("2026-11-20", "2026-11-21")
READINGS = [("a", 3.5), ("b", -1.0)]


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    settings = Settings(
        port=free_port(),
        state_dir=tmp_path_factory.mktemp("crawler") / "state",
        auth=True,
        delivery_enabled=False,
    )
    instance = LocalAws(settings)
    instance.start()
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture(scope="module")
def configuration(enforcing: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    made = Configuration(
        tmp_path_factory.mktemp("example"),
        enforcing,
        folder="examples/crawler",
        variables={"region": "us-east-1", "force_destroy": "true"},
    )
    made.apply()
    return made


@pytest.fixture(scope="module")
def outputs(configuration: Configuration, enforcing: LocalAws) -> Outputs:
    place = {"target": "local", "environment": "x", "region": "us-east-1", "account_id": "000000000000"}
    none = {"raw_bucket": "", "results_bucket": "", "datasets": {}, "named_queries": {}}
    return parse_outputs({**place, **none, "endpoint": enforcing.endpoint, **configuration.outputs()})


def put_readings(outputs: Outputs, folder: str, name: str) -> None:
    table = pa.table(
        {
            "reading_id": [key for key, _value in READINGS],
            "taken_at": pa.array([datetime(2026, 11, 20, 1, 2, 3)] * len(READINGS), pa.timestamp("ms")),
            "celsius": [value for _key, value in READINGS],
            "humidity": [50] * len(READINGS),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    outputs.session().client("s3").put_object(
        Bucket=outputs.data_bucket, Key=f"data/readings/{folder}/{name}.parquet", Body=sink.getvalue()
    )


@pytest.mark.slow
def test_partitions_are_registered_and_the_table_is_left_alone(
    configuration: Configuration, outputs: Outputs
) -> None:
    glue = outputs.session().client("glue")
    for day in DAYS:
        put_readings(outputs, f"dt={day}", "first")
    put_readings(outputs, f"dt={DAYS[0]}", "again")
    before = glue.get_table(DatabaseName=outputs.database, Name="readings")["Table"]
    assert athena.run(outputs, "select count(*) from readings").rows == (("0",),)

    crawler = configuration.outputs()["crawler_name"]
    glue.start_crawler(Name=crawler)
    wait_until(
        lambda: glue.get_crawler(Name=crawler)["Crawler"].get("LastCrawl") is not None, "the end of a crawl"
    )
    last = glue.get_crawler(Name=crawler)["Crawler"]["LastCrawl"]
    assert last["Status"] == "SUCCEEDED", last

    assert athena.run(outputs, "select dt, count(*) from readings group by dt order by dt").rows == (
        (DAYS[0], str(2 * len(READINGS))),
        (DAYS[1], str(len(READINGS))),
    )
    # Arrival is no part of what identifies a reading: it is shown once, whenever it came.
    assert athena.run(outputs, "select count(*) from readings_deduplicated").rows == ((str(len(READINGS)),),)
    assert glue.get_table(DatabaseName=outputs.database, Name="readings")["Table"] == before
    registered = glue.get_partitions(DatabaseName=outputs.database, TableName="readings")["Partitions"]
    assert {column["Name"] for one in registered for column in one["StorageDescriptor"]["Columns"]} == {
        "reading_id",
        "taken_at",
        "celsius",
    }
    assert (
        glue.get_crawler(Name=crawler)["Crawler"]["Schedule"]["ScheduleExpression"] == "cron(15,45 * * * ? *)"
    )
    assert configuration.plan_is_empty()


@pytest.mark.slow
def test_statements_from_files(configuration: Configuration, outputs: Outputs) -> None:
    found = athena.run(outputs, f"execute one_day using '{DAYS[0]}'")
    assert found.columns == ("taken_at", "celsius")
    client = outputs.session().client("athena")
    saved = client.list_named_queries(WorkGroup=outputs.workgroup)["NamedQueryIds"]
    assert [client.get_named_query(NamedQueryId=one)["NamedQuery"]["Name"] for one in saved] == ["by_day"]


@pytest.mark.slow
def test_statements_register_partitions_where_no_crawler_does(outputs: Outputs) -> None:
    location = f"s3://{outputs.data_bucket}/data/readings/dt={DAYS[1]}/"
    athena.run(
        outputs, f"alter table readings_by_hand add partition (dt = '{DAYS[1]}') location '{location}'"
    )
    assert athena.run(outputs, "select count(*) from readings_by_hand").rows == ((str(len(READINGS)),),)
