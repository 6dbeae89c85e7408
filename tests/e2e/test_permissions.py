"""Least privilege, proven: each action is taken out of each policy, and what still works without it is named."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.athena import run as run_sql
from scripts.errors import QueryError
from tests.e2e import mutation, poison
from tests.e2e.lake import Lake, Person, stopped
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

DATASET = "events"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with stopped(Lake.copy_into(tmp_path_factory.mktemp("permissions"))) as made:
        made.make("deploy")
        yield made


def managed(root: Any, person: Person, name: str) -> Callable[[str], None]:
    """Return a function that makes a document the only policy of a person."""
    iam = root.session().client("iam")
    arn = f"arn:aws:iam::{root.account_id}:policy/{name}"

    def grant(document: str) -> None:
        attached = iam.list_attached_user_policies(UserName=person.name)["AttachedPolicies"]
        for policy in attached:
            iam.detach_user_policy(UserName=person.name, PolicyArn=policy["PolicyArn"])
            if policy["PolicyArn"] == arn:
                iam.delete_policy(PolicyArn=arn)
        iam.create_policy(PolicyName=name, PolicyDocument=document)
        iam.attach_user_policy(UserName=person.name, PolicyArn=arn)

    return grant


def test_the_producers_policy(lake: Lake) -> None:
    root, policy = lake.outputs(), lake.output_values()["producer_policy"]
    producer = Person.hire(root, "producer", policy["arn"])
    stream = root.dataset(DATASET).stream_name

    def works(_action: str) -> bool:
        records = [{"Data": b"{}", "PartitionKey": "k"}]
        kinesis = producer.session().client("kinesis")
        return mutation.every_call_is_allowed(
            iter([lambda: kinesis.put_records(StreamName=stream, Records=records)])
        )

    found = mutation.unneeded(policy["json"], managed(root, producer, "mutant-producer"), works)
    assert found == sorted(mutation.reasons("producer"))


def test_the_consumers_policy(lake: Lake) -> None:
    root, policy = lake.outputs(), lake.output_values()["consumer_policy"]
    analyst = Person.hire(root, "analyst", policy["arn"])
    lake.make("produce", "AMOUNT=20")
    wait_until(lambda: int(run_sql(root, f"select count(*) from {DATASET}").rows[0][0] or 0) > 0, "rows")

    def calls() -> Iterator[Callable[[], Any]]:
        athena = analyst.session().client("athena")
        started = athena.start_query_execution(
            QueryString="select 1",
            QueryExecutionContext={"Database": root.database},
            WorkGroup=root.workgroup,
        )["QueryExecutionId"]
        yield lambda: athena.stop_query_execution(QueryExecutionId=started)
        yield lambda: athena.get_named_query(NamedQueryId=next(iter(root.named_queries.values())))

    def works(_action: str) -> bool:
        try:
            rows = run_sql(analyst, f"select count(event_uuid) from {DATASET}").rows
        except (QueryError, ClientError) as error:
            # A query that may not read something fails, and results that may not be read are not found.
            hidden = isinstance(error, ClientError) and "Could not find results" in str(error)
            if not (isinstance(error, QueryError) or hidden or mutation.is_denied(error)):
                raise
            return False
        assert int(rows[0][0] or 0) > 0
        return mutation.every_call_is_allowed(calls())

    found = mutation.unneeded(policy["json"], managed(root, analyst, "mutant-consumer"), works)
    assert found == sorted(mutation.reasons("consumer"))


def test_the_delivery_roles_policy(lake: Lake) -> None:
    """The engine starts anew for each mutation, delivers a good and a bad record, and logs the bad one."""
    root = lake.outputs()
    dataset = root.dataset(DATASET)
    session = root.session()
    iam, firehose, s3 = session.client("iam"), session.client("firehose"), session.client("s3")
    name = dataset.delivery_stream_name
    described = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    role = described["Destinations"][0]["ExtendedS3DestinationDescription"]["RoleARN"].rpartition("/")[2]
    document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName="deliver")["PolicyDocument"])
    log = lake.folder / ".streamlake" / "logs" / "delivery.log"
    good = json.dumps(poison.GOOD).encode()

    def grant(text: str) -> None:
        iam.put_role_policy(RoleName=role, PolicyName="deliver", PolicyDocument=text)

    def new_version() -> int:
        now = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        version = int(now["VersionId"])
        firehose.update_destination(
            DeliveryStreamName=name,
            CurrentDeliveryStreamVersionId=str(version),
            DestinationId=now["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate={"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 1}},
        )
        return version + 1

    def written(prefix: str, version: int) -> bool:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=root.data_bucket, Prefix=prefix)
        return any(
            f"/{name}-{version}-" in item["Key"] for page in pages for item in page.get("Contents", ())
        )

    def logged(version: int, since_ms: int) -> bool:
        events = session.client("logs").filter_log_events(logGroupName=dataset.log_group, startTime=since_ms)[
            "events"
        ]
        return any(json.loads(event["message"])["deliveryStreamVersionId"] == version for event in events)

    def works(action: str) -> bool:
        offset, since_ms = log.stat().st_size, round(time.time() * 1000) - 1000
        version = new_version()

        def said(text: str) -> bool:
            with log.open(encoding="utf-8") as lines:
                lines.seek(offset)
                return text in lines.read()

        def denied() -> bool:
            return said(f"is not authorized to perform: {action} ")

        def done() -> bool:
            return (
                written(dataset.data_prefix, version)
                and written(dataset.error_prefix, version)
                and logged(version, since_ms)
            )

        # Until the new version runs, records are still the old one's.
        wait_until(lambda: denied() or said(f"{name}: version {version} runs"), "the new version")
        kinesis = session.client("kinesis")
        for data in (b"bad", good):
            kinesis.put_record(StreamName=dataset.stream_name, Data=data, PartitionKey="k")
        outcome: list[bool] = []

        def settled() -> bool:
            outcome[:] = [denied(), done()]
            return any(outcome)

        wait_until(settled, f"delivery without {action}", pause_seconds=0.5)
        if outcome[0]:
            # With the whole policy the same version delivers again, before the next action goes.
            grant(document)
            kinesis.put_record(StreamName=dataset.stream_name, Data=good, PartitionKey="k")
            wait_until(
                lambda: written(dataset.data_prefix, version), f"delivery after {action}", pause_seconds=0.5
            )
        return not outcome[0]

    found = mutation.unneeded(document, grant, works)
    assert found == sorted(mutation.reasons("delivery"))
