"""The whole lake, as a person runs it: deploy, produce, query, restart, add a dataset, destroy."""

from __future__ import annotations

import base64
import json
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambda_transform.contract import load_contract, parse_contract
from scripts.athena import run as run_sql
from scripts.deployment import Outputs
from scripts.errors import QueryError
from tests.e2e import poison, policies
from tests.e2e.lake import Lake, OnCall, Person, column, objects, quarantined, stopped
from tests.waiting import wait_until

EVENTS, CUSTOMERS, POISON = 4500, 450, 50


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A deployed lake; stopped at the end, and nothing of it left running."""
    with stopped(Lake.copy_into(tmp_path_factory.mktemp("lake"))) as made:
        made.make("deploy")
        yield made


@pytest.fixture(scope="module")
def outputs(lake: Lake) -> Outputs:
    """The lake as the account's root sees it."""
    return lake.outputs()


@pytest.fixture(scope="module")
def producer(lake: Lake, outputs: Outputs) -> Person:
    """A program that sends records, with the policy for that."""
    return Person.hire(outputs, "producer", lake.output_values()["producer_policy"]["arn"])


@pytest.fixture(scope="module")
def analyst(lake: Lake, outputs: Outputs) -> Person:
    """Somebody who queries, with the policy for that."""
    return Person.hire(outputs, "analyst", lake.output_values()["consumer_policy"]["arn"])


def _put(client: Any, stream: str, records: list[bytes]) -> None:
    """Put every record once, each with a key of its own; only an acknowledged one counts."""
    for start in range(0, len(records), 3):  # three 1 MiB records at most share a call
        batch = [
            {"Data": record, "PartitionKey": f"k{start + n}"}
            for n, record in enumerate(records[start : start + 3])
        ]
        answer = client.put_records(StreamName=stream, Records=batch)
        assert answer["FailedRecordCount"] == 0, answer


def _wait_for(what: str, expected: int, count: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while (seen := count()) < expected:
        assert time.monotonic() < deadline, f"{seen} of {expected} {what} after {seconds} s"
        time.sleep(1)


def test_a_second_plan_is_empty(lake: Lake) -> None:
    assert "no changes" in lake.make("plan").out
    assert "nothing to change" in lake.make("deploy").out


def test_every_policy_passes_the_iam_lint(outputs: Outputs) -> None:
    deployed = policies.deployed(outputs)
    kinds = Counter(kind for kind, _name in deployed)
    # One role each for delivery and transform, the producer's and the consumer's policy, three buckets, the key.
    assert kinds["role"] >= 2 * len(outputs.datasets)
    assert kinds["trust"] == kinds["role"]
    assert (kinds["managed"], kinds["bucket"], kinds["key"]) == (2, 3, 1)
    wrong = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:Nothing", "Resource": "*"}],
    }
    found = policies.findings({**deployed, ("role", "wrong"): json.dumps(wrong)})
    assert any("UNKNOWN_ACTION" in one for one in found.pop(("role", "wrong")))
    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize("name", ["events", "customers"])
def test_all_readers_of_the_contract_agree(name: str, lake: Lake, outputs: Outputs) -> None:
    contract = load_contract(lake.folder / "schemas" / f"{name}.schema.json")
    # Terraform: the table. Its columns may stand in another order, its partition keys may not.
    table = outputs.session().client("glue").get_table(DatabaseName=outputs.database, Name=name)["Table"]
    columns = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    assert columns == dict(contract.glue_columns)
    keys = tuple((column["Name"], column["Type"]) for column in table["PartitionKeys"])
    assert keys == contract.glue_partition_keys
    assert outputs.dataset(name).partition_keys == contract.partitioning.keys
    # The transform: the contract in its zip.
    with zipfile.ZipFile(lake.folder / "build" / "transform" / f"{name}.zip") as package:
        packed = json.loads(package.read("lambda_transform/contract.json"))
    assert replace(parse_contract(packed, dataset=name), document={}) == replace(contract, document={})
    # The producer: what it sends is what the contract says is sent.
    lines = lake.run(
        str(lake.folder / ".venv/bin/python"),
        "-m",
        "producer",
        "--dataset",
        name,
        "--amount",
        "20000",
        "--seed",
        "1",
        "--dry-run",
    ).out.splitlines()
    made = [json.loads(line) for line in lines if line.startswith("{")]
    top = {field.name for field in contract.sent_fields}
    variants = contract.variants.types.values() if contract.variants else ()
    inner = {field.name for variant in variants for field in variant.fields}
    assert set().union(*made) == top | inner


def test_every_record_is_accounted_for(
    lake: Lake, outputs: Outputs, producer: Person, analyst: Person
) -> None:
    session, sending = outputs.session(), producer.session().client("kinesis")
    events, customers = outputs.dataset("events"), outputs.dataset("customers")
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    bad = list(poison.records(POISON))

    sent: dict[str, list[bytes]] = {}
    for name, amount in (("events", EVENTS), ("customers", CUSTOMERS)):
        arguments = ["--dataset", name, "--amount", str(amount), "--seed", "7", "--start-time", when]
        dry = lake.run(str(lake.folder / ".venv/bin/python"), "-m", "producer", *arguments, "--dry-run")
        sent[name] = [line.encode() + b"\n" for line in dry.out.splitlines() if line.startswith("{")]
        assert len(sent[name]) == amount
        if name == "events":
            _put(sending, events.stream_name, bad[: POISON // 2])
        report = lake.produce(*arguments, **producer.variables)
        assert (report["sent"], report["failed"]) == (amount, 0)
    _put(sending, events.stream_name, bad[POISON // 2 :])

    def arrived() -> int:
        rows = sum(int(column(analyst, f"select count(*) from {name}")[0]) for name in sent)
        return rows + len(quarantined(session.client("s3"), outputs.data_bucket, "errors/"))

    _wait_for("records", EVENTS + CUSTOMERS + POISON, arrived)

    for name, key in (("events", "event_uuid"), ("customers", "uuid")):
        expected = {json.loads(record)[key] for record in sent[name]}
        rows = Counter(column(analyst, f"select {key} from {name}"))
        assert expected - rows.keys() == set(), f"{name}: missing"
        assert rows.keys() - expected == set(), f"{name}: rows nobody sent"
        assert [one for one, times in rows.items() if times > 1] == [], f"{name}: duplicates"

    errors = quarantined(session.client("s3"), outputs.data_bucket, events.error_prefix)
    assert Counter(raw for _kind, raw in errors) == Counter(bad)
    assert {kind for kind, _raw in errors} == {"processing-failed"}
    assert quarantined(session.client("s3"), outputs.data_bucket, customers.error_prefix) == []

    stored = [key for key, _body in objects(session.client("s3"), outputs.data_bucket)]
    assert len(stored) < 100, f"{len(stored)} objects for {EVENTS + CUSTOMERS} records: {stored[:5]}"
    assert all(key.endswith(".parquet") for key in stored if not key.startswith("errors/"))

    # Stopping flushes what the backup still buffers (its interval is a minute at least on AWS too).
    lake.make("down")
    lake.make("up")
    for dataset, source in ((events, [*sent["events"], *bad]), (customers, sent["customers"])):
        raw = b"".join(
            body for _key, body in objects(session.client("s3"), outputs.raw_bucket, dataset.raw_prefix)
        )
        assert len(raw) == sum(map(len, source)), f"{dataset.table_name}: the backup is not what was sent"
        missing = [record for record in source if record not in raw]
        assert missing == [], f"{dataset.table_name}: {len(missing)} records missing from the backup"


def test_views_and_statements_answer(lake: Lake, outputs: Outputs) -> None:
    assert column(outputs, "select count(*) from events_deduplicated") == [str(EVENTS)]
    assert column(outputs, "select count(*) from customers_deduplicated") == [str(CUSTOMERS)]
    # The poison has bytes that are no text: the view shows it all the same, and has it byte for byte.
    shown = column(outputs, "select record_base64 from events_errors where error_type = 'processing-failed'")
    assert Counter(map(base64.b64decode, shown)) == Counter(poison.records(POISON))
    assert column(outputs, "select count(record) from events_errors") == [str(POISON)]
    name, uuid = "lesson:started", "select event_uuid, created_at from events_lesson_started limit 1"
    key = ", ".join(
        [f"'{value}'" if "-" in value else value for value in run_sql(outputs, uuid).rows[0] if value]
    )
    assert run_sql(outputs, f"execute events_by_key using {key}").rows[0][1] == name


def test_delivery_goes_on_after_a_restart(lake: Lake, producer: Person, analyst: Person) -> None:
    before = int(column(analyst, "select count(*) from events")[0])
    lake.make("produce", "AMOUNT=300", "SEED=8", **producer.variables)
    lake.make("down")
    lake.make("up")
    lake.make("produce", "AMOUNT=200", "SEED=9", **producer.variables)
    _wait_for("rows", before + 500, lambda: int(column(analyst, "select count(*) from events")[0]))
    ids = column(analyst, "select event_uuid from events")
    assert len(ids) == len(set(ids)) == before + 500


@pytest.fixture(scope="module")
def on_call(lake: Lake, outputs: Outputs) -> OnCall:
    """Somebody who hears of alarms: a queue that is subscribed to their topic."""
    return OnCall.subscribe(outputs, lake.output_values()["alarm_topic_arn"])


def test_an_alarm_goes_off_and_is_told(outputs: Outputs, producer: Person, on_call: OnCall) -> None:
    customers, session = outputs.dataset("customers"), outputs.session()
    sending, functions = producer.session().client("kinesis"), session.client("lambda")
    # A record that the contract refuses: an object under the error prefix.
    _put(sending, customers.stream_name, [b"no customer"])
    wait_until(lambda: on_call.heard("customers-error-objects"), "the alarm on error objects is told")
    # A function that cannot be called: its records are quarantined when all attempts have failed. The alarm on that
    # takes until the minute is over; a later test hears of it.
    functions.put_function_concurrency(FunctionName=customers.function_name, ReservedConcurrentExecutions=0)
    try:
        _put(sending, customers.stream_name, [b"no call"])
        wait_until(
            lambda: len(quarantined(session.client("s3"), outputs.data_bucket, customers.error_prefix)) == 2,
            "the record whose call failed is quarantined",
        )
    finally:
        functions.delete_function_concurrency(FunctionName=customers.function_name)


def test_the_commands_answer(lake: Lake, outputs: Outputs, analyst: Person) -> None:
    table = lake.make(
        "query", "SQL=select event_type, count(*) from events group by 1", **analyst.variables
    ).out
    assert "event_type" in table
    assert "bytes scanned" in table
    assert (
        "Active"
        in lake.make(
            "query",
            "DATASET=customers",
            "SQL=select status, count(*) from customers group by 1",
            **analyst.variables,
        ).out
    )
    status = json.loads(lake.make("status", "OUTPUT=json").out)
    assert {entry["dataset"] for entry in status["datasets"]} == set(outputs.datasets)
    assert {entry["delivery"] for entry in status["datasets"]} == {"ACTIVE"}
    for name in outputs.named_queries:
        dataset, _, query = name.partition("_")
        assert (
            "bytes scanned"
            in lake.make("query", f"DATASET={dataset}", f"QUERY={query}", **analyst.variables).out
        )
    wrong = lake.make("query", "SQL=select nothing_there from events", allow=(1, 2), **analyst.variables).out
    assert "nothing_there" in wrong
    assert "Traceback" not in wrong


def test_what_the_policies_do_not_allow_is_denied(
    outputs: Outputs, producer: Person, analyst: Person
) -> None:
    events = outputs.dataset("events")
    reading, sending = analyst.session().client, producer.session().client
    key = f"{events.data_prefix}forged.parquet"
    stream, bucket = events.stream_name, outputs.data_bucket
    query = {"WorkGroup": outputs.workgroup, "QueryExecutionContext": {"Database": outputs.database}}
    calls: list[tuple[Any, dict[str, Any]]] = [
        # Who sends does not read, neither what was sent nor what was stored.
        (sending("kinesis").list_shards, {"StreamName": stream}),
        (
            sending("kinesis").get_shard_iterator,
            {"StreamName": stream, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"},
        ),
        (sending("s3").list_objects_v2, {"Bucket": bucket}),
        (sending("athena").start_query_execution, {"QueryString": "select 1", **query}),
        (sending("firehose").describe_delivery_stream, {"DeliveryStreamName": events.delivery_stream_name}),
        # Who reads does not write, delete or send, and sees neither the raw records nor other workgroups.
        (reading("s3").put_object, {"Bucket": bucket, "Key": key, "Body": b"x"}),
        (reading("s3").delete_object, {"Bucket": bucket, "Key": key}),
        (reading("s3").list_objects_v2, {"Bucket": outputs.raw_bucket}),
        (reading("kinesis").put_record, {"StreamName": stream, "Data": b"x", "PartitionKey": "k"}),
        (reading("athena").start_query_execution, {"QueryString": "select 1", "WorkGroup": "primary"}),
        (reading("glue").delete_table, {"DatabaseName": outputs.database, "Name": "events"}),
        (reading("firehose").delete_delivery_stream, {"DeliveryStreamName": events.delivery_stream_name}),
    ]
    for call, parameters in calls:
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        assert caught.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), (
            caught.value
        )
    # Athena writes in the caller's name, and so does not.
    before = column(analyst, "select count(*) from customers")
    with pytest.raises(QueryError, match=r"Access Denied|not authorized"):
        column(analyst, "insert into customers select * from customers")
    assert column(analyst, "select count(*) from customers") == before


def test_a_dataset_is_one_file(lake: Lake, producer: Person, analyst: Person) -> None:
    contract = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "readings",
        "description": "What a thermometer says.",
        "type": "object",
        "x-unique-key": ["reading_id"],
        "x-event-time": "taken_at",
        "x-partitioning": {"by": "arrival", "keys": ["dt"]},
        "required": ["reading_id", "taken_at", "celsius"],
        "properties": {
            "reading_id": {
                "type": "string",
                "format": "uuid",
                "x-glue-type": "string",
                "description": "Identifies the reading.",
            },
            "taken_at": {
                "type": "string",
                "format": "date-time",
                "x-glue-type": "timestamp",
                "description": "When it was taken.",
                "x-fake": {"now": "iso8601"},
            },
            "celsius": {
                "type": "number",
                "minimum": -90,
                "maximum": 60,
                "x-glue-type": "double",
                "description": "Degrees.",
            },
        },
    }
    (lake.folder / "schemas" / "readings.schema.json").write_text(json.dumps(contract), encoding="utf-8")
    lake.make("deploy")
    lake.make("produce", "DATASET=readings", "AMOUNT=120", **producer.variables)
    _wait_for(
        "rows",
        120,
        lambda: int(column(analyst, "select count(*) from readings where celsius between -90 and 60")[0]),
    )


def test_the_alarm_on_failed_calls_was_told_too(outputs: Outputs, on_call: OnCall) -> None:
    wait_until(lambda: on_call.heard("customers-failed-processing"), "the alarm on failed calls is told")
    # Poison went to events before, and nothing else is wrong with them.
    told = {alarm for alarm, state in on_call.told if state == "ALARM"}
    assert {alarm for alarm in told if "-events-" in alarm} <= {f"{on_call.lake}-events-error-objects"}


def test_terraform_cannot_reach_another_target(lake: Lake) -> None:
    # Another workspace, and so another state, with the local lake's variables: refused.
    lake.terraform("workspace", "new", "aws-dev")
    try:
        refused = lake.terraform("plan", "-input=false", allow=(1,))
        assert "AWS account ID not allowed: 000000000000" in refused.out, refused.out
        assert "this is the workspace aws-dev" in refused.out, refused.out
        assert "0 destroyed" in lake.terraform("destroy", "-auto-approve", "-input=false").out
    finally:
        lake.terraform("workspace", "select", "local-local")
        lake.terraform("workspace", "delete", "-force", "aws-dev")
    # A record that says AWS with the local lake's state in front of it: refused as well.
    record = lake.folder / "terraform" / "streamlake.auto.tfvars.json"
    kept = record.read_text(encoding="utf-8")
    record.write_text(
        json.dumps(
            {
                **json.loads(kept),
                "target": "aws",
                "environment": "dev",
                "endpoint": None,
                "account_id": "111122223333",
            }
        ),
        encoding="utf-8",
    )
    try:
        keys = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{lake.port}",
        }
        refused = lake.terraform("destroy", "-auto-approve", "-input=false", allow=(1,), **keys)
        assert "account" in refused.out.lower(), refused.out
    finally:
        record.write_text(kept, encoding="utf-8")
    assert lake.terraform("plan", "-detailed-exitcode", "-input=false").code == 0


def test_a_bare_terraform_destroy_leaves_nothing(
    lake: Lake, outputs: Outputs, producer: Person, analyst: Person
) -> None:
    for person in (producer, analyst):
        person.leave(outputs)
    lake.terraform("destroy", "-auto-approve", "-input=false")
    session = outputs.session()
    assert session.client("s3").list_buckets()["Buckets"] == []
    assert session.client("kinesis").list_streams()["StreamNames"] == []
    assert session.client("firehose").list_delivery_streams()["DeliveryStreamNames"] == []
    assert session.client("lambda").list_functions()["Functions"] == []
    assert [
        db["Name"] for db in session.client("glue").get_databases()["DatabaseList"] if db["Name"] != "default"
    ] == []
    assert session.client("logs").describe_log_groups()["logGroups"] == []
    assert session.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert session.client("cloudwatch").list_dashboards()["DashboardEntries"] == []
    assert session.client("sns").list_topics()["Topics"] == []
    assert session.client("iam").list_roles()["Roles"] == []
    assert [group["Name"] for group in session.client("athena").list_work_groups()["WorkGroups"]] == [
        "primary"
    ]
    keys = session.client("kms").list_keys()["Keys"]
    states = {
        session.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in keys
    }
    assert states <= {"PendingDeletion"}
