"""Views of a dataset, made by Terraform, read by Athena: without duplicates, of each event type, of error records."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from lambda_transform.contract import load_contract
from scripts import athena
from scripts.deployment import Outputs, parse_outputs
from scripts.paths import SCHEMAS
from tests.e2e.catalog_stack import Configuration, Transformed, put_parquet, rows, transformed
from tests.gateway_fixture import LocalAws

EVENTS = 1000
COPIES = 200
COUNTED = 6
TARGETS = (
    "module.catalog",
    'module.pipeline["events"].module.catalog',
    'module.pipeline["customers"].module.catalog',
    "module.query.aws_athena_workgroup.this",
    "module.lake_storage.aws_s3_bucket.this",
)


@pytest.fixture(scope="module")
def configuration(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The root stack, without its streams."""
    made = Configuration(
        tmp_path_factory.mktemp("views"),
        local_aws,
        targets=TARGETS,
        workspace="local-views",
        variables={
            "target": "local",
            "environment": "views",
            "endpoint": local_aws.endpoint,
            "endpoint_in_environment": "true",
            "account_id": "000000000000",
            "customer_key": "false",
            "force_destroy": "true",
        },
    )
    made.apply()
    return made


@pytest.fixture(scope="module")
def outputs(configuration: Configuration, local_aws: LocalAws) -> Outputs:
    names = {"database": "streamlake_views", "workgroup": "streamlake-views"}
    buckets = {
        f"{kind}_bucket": f"streamlake-views-{kind}-000000000000-us-east-1"
        for kind in ("data", "raw", "results")
    }
    place = {
        "target": "local",
        "environment": "views",
        "region": "us-east-1",
        "account_id": "000000000000",
        "endpoint": local_aws.endpoint,
    }
    return parse_outputs({**place, **names, **buckets, "datasets": {}, "named_queries": {}})


@pytest.fixture(scope="module")
def events(outputs: Outputs, tmp_path_factory: pytest.TempPathFactory) -> list[Transformed]:
    """Events in the lake, some of them delivered twice: in another object of their partition, and in the same one."""
    made = transformed("events", EVENTS, tmp_path_factory.mktemp("transform"))
    s3 = outputs.session().client("s3")
    put_parquet(s3, outputs.data_bucket, "events", "first", [*made, *made[:COPIES]])
    put_parquet(s3, outputs.data_bucket, "events", "second", made[-COPIES:])
    return made


def view_name(event_name: str) -> str:
    return f"events_{event_name.replace(':', '_')}"


def test_each_record_once(outputs: Outputs, events: list[Transformed]) -> None:
    def numbers(table: str) -> tuple[str | None, ...]:
        return athena.run(outputs, f"select count(*), count(distinct event_uuid) from {table}").rows[0]

    assert numbers("events") == (str(EVENTS + 2 * COPIES), str(EVENTS))
    assert numbers("events_deduplicated") == (str(EVENTS), str(EVENTS))
    by_type = rows(outputs, "select event_type, count(*) as n from events_deduplicated group by event_type")
    assert {row["event_type"]: int(row["n"] or 0) for row in by_type} == Counter(
        event.row["event_type"] for event in events
    )


def test_a_condition_on_partitions_reads_these_only(outputs: Outputs, events: list[Transformed]) -> None:
    def scanned(view: str, condition: str) -> int:
        return athena.run(outputs, f"select count(*) from {view} where {condition}").scanned_bytes

    assert (
        0 < scanned("events_deduplicated", "event_type = 'quiz'") < scanned("events_deduplicated", "true") / 3
    )
    assert scanned("events_deduplicated", "created_date = '2020-01-01'") == 0
    assert 0 < scanned("events_quiz_started", "true") < scanned("events_deduplicated", "true")


def test_every_event_type_has_its_view(outputs: Outputs, events: list[Transformed]) -> None:
    contract = load_contract(SCHEMAS / "events.schema.json")
    assert contract.variants is not None
    pages = (
        outputs.session().client("glue").get_paginator("get_tables").paginate(DatabaseName=outputs.database)
    )
    views = {
        table["Name"]: [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
        for page in pages
        for table in page["TableList"]
        if table["TableType"] == "VIRTUAL_VIEW"
    }
    common = {name for name, _type in (*contract.glue_columns, *contract.glue_partition_keys)} - {"payload"}
    for name, variant in contract.variants.types.items():
        assert set(views[view_name(name)]) == common | {field.name for field in variant.fields}, name
    # Each holds the events of its type and no others; the most frequent ones are counted.
    expected = Counter(event.sent["event_name"] for event in events).most_common(COUNTED)
    counts = " union all ".join(
        f"select '{name}' as name, count(*) as n, count(distinct event_name) as names from {view_name(name)}"
        for name, _number in expected
    )
    assert {(row["name"], row["n"], row["names"]) for row in rows(outputs, counts)} == {
        (name, str(number), "1") for name, number in expected
    }


def test_fields_of_a_type_are_columns(outputs: Outputs, events: list[Transformed]) -> None:
    chosen = "payment:order:completed"
    sent = {event.sent["event_uuid"]: event.sent for event in events if event.sent["event_name"] == chosen}
    found = rows(outputs, f"select * from {view_name(chosen)}")
    assert {row["event_uuid"] for row in found} == set(sent)
    for row in found:
        record = sent[row["event_uuid"]]
        assert (row["order_id"], row["user_id"], row["coupon"]) == (
            record["order_id"],
            str(record["user_id"]),
            record.get("coupon"),
        )
        assert float(row["amount"] or "nan") == record["amount"]
    total = rows(outputs, f"select sum(amount) as total, max(user_id) as most from {view_name(chosen)}")[0]
    assert float(total["total"] or "nan") == pytest.approx(sum(one["amount"] for one in sent.values()))
    assert total["most"] == str(max(one["user_id"] for one in sent.values()))


def test_objects_and_arrays_have_their_types(outputs: Outputs, events: list[Transformed]) -> None:
    sent = [event.sent for event in events if event.sent["event_name"] == "account:device:added"]
    found = rows(
        outputs,
        "select event_uuid, device.model as model, device.screen_width as width, trusted"
        f" from {view_name('account:device:added')}",
    )
    assert {(row["event_uuid"], row["model"], row["width"], row["trusted"]) for row in found} == {
        (
            one["event_uuid"],
            one["device"]["model"],
            None if "screen_width" not in one["device"] else str(one["device"]["screen_width"]),
            str(one["trusted"]).lower(),
        )
        for one in sent
    }
    types = dict(
        (line or "").split("\t")[:2]
        for (line,) in athena.run(outputs, f"describe {view_name('account:device:added')}").rows
    )
    types = {name.strip(): kind.strip() for name, kind in types.items()}
    assert types["device"] == "row(model varchar, os_version varchar, screen_width bigint)"
    assert (types["trusted"], types["user_id"], types["created_datetime"]) == (
        "boolean",
        "bigint",
        "timestamp(3)",
    )


def test_views_are_shown_as_statements(outputs: Outputs, events: list[Transformed]) -> None:
    shown = athena.run(outputs, "show create view events_lesson_rated").rows
    text = "\n".join(row[0] or "" for row in shown)
    assert re.match(r"CREATE VIEW \w+\.events_lesson_rated AS\n", text)
    assert "\"event_name\" = 'lesson:rated' AND \"event_type\" = 'lesson'" in text
    listed = {row[0] for row in athena.run(outputs, "show views").rows}
    assert {"events_deduplicated", "events_errors", "customers_deduplicated", "customers_errors"} <= listed


def test_a_value_of_another_type_is_null(outputs: Outputs, events: list[Transformed]) -> None:
    event = next(one for one in events if one.sent["event_name"] == "lesson:rated")
    odd = json.dumps({**json.loads(event.row["payload"]), "user_id": "nobody"})
    record = Transformed(event.sent, {**event.row, "event_uuid": "odd", "payload": odd}, event.partition_keys)
    client = outputs.session().client("s3")
    put_parquet(client, outputs.data_bucket, "events", "odd", [record])
    try:
        found = rows(outputs, "select user_id, rating from events_lesson_rated where event_uuid = 'odd'")
    finally:
        folders = "/".join(f"{key}={value}" for key, value in event.partition_keys.items())
        client.delete_object(Bucket=outputs.data_bucket, Key=f"data/events/{folders}/odd.parquet")
    assert found == [{"user_id": None, "rating": str(event.sent["rating"])}]


def test_error_records_of_both_shapes(outputs: Outputs) -> None:
    now = datetime.now(UTC)
    arrived = int(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()) * 1000 + 67
    refused = {
        "rawData": base64.b64encode(b'{"event_name": 1}\n').decode(),
        "errorCode": "Lambda.ProcessingFailedStatus",
        "errorMessage": "ProcessingFailed status set for record",
        "attemptsMade": 1,
        "arrivalTimestamp": arrived,
        "attemptEndingTimestamp": arrived + 1000,
        "lambdaARN": "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
    }
    unconverted = {
        "attemptsMade": 1,
        "arrivalTimestamp": arrived,
        "lastErrorCode": "DataFormatConversion.MalformedData",
        "lastErrorMessage": 'Data does not match the schema. For input string: "oops"',
        "attemptEndingTimestamp": arrived + 2000,
        "rawData": base64.b64encode(b"\xff{}").decode(),
        "sequenceNumber": "49",
        "subSequenceNumber": 0,
        "dataCatalogTable": {"databaseName": "db", "tableName": "t", "versionId": "LATEST"},
    }
    hours = {"now": now, "before": now - timedelta(days=2), "too long ago": now - timedelta(days=95)}
    s3 = outputs.session().client("s3")
    for name, hour in hours.items():
        for kind, document in (("processing-failed", refused), ("format-conversion-failed", unconverted)):
            s3.put_object(
                Bucket=outputs.data_bucket,
                Key=f"errors/events/{kind}/{hour:%Y/%m/%d/%H}/{name}",
                Body=json.dumps(document) + "\n",
            )
    found = rows(outputs, "select * from events_errors order by error_type, hour")
    assert [(row["error_type"], row["hour"]) for row in found] == [
        (kind, f"{hours[name]:%Y/%m/%d/%H}")
        for kind in ("format-conversion-failed", "processing-failed")
        for name in ("before", "now")
    ]
    assert {name: found[2][name] for name in ("arrived_at", "given_up_at", "record", "error_code")} == {
        "arrived_at": "2026-01-02 03:04:05.067",
        "given_up_at": "2026-01-02 03:04:06.067",
        "record": '{"event_name": 1}\n',
        "error_code": "Lambda.ProcessingFailedStatus",
    }
    assert found[2]["function_arn"] == refused["lambdaARN"]
    assert {name: found[0][name] for name in ("record", "record_base64", "error_message", "attempts")} == {
        "record": "\N{REPLACEMENT CHARACTER}{}",
        "record_base64": unconverted["rawData"],
        "error_message": unconverted["lastErrorMessage"],
        "attempts": "1",
    }
    counted = athena.run(
        outputs,
        "select count(*), count(datacatalogtable.tablename) from events_error_records"
        f" where hour = '{now:%Y/%m/%d/%H}'",
    )
    assert counted.rows == (("2", "1"),)
