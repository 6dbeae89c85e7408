"""With IAM enforced a crawl has the permissions of its role, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws.config import Settings
from tests.conformance.glue.crawling import Crawling
from tests.gateway_fixture import LocalAws, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


def allow(action: list[str], resource: str | list[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


CATALOG = allow(["glue:*"])
LOGS = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    settings = Settings(
        port=free_port(),
        state_dir=tmp_path_factory.mktemp("glue-iam") / "state",
        auth=True,
        delivery_enabled=False,
    )
    instance = LocalAws(settings)
    instance.start()
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture
def crawling(enforcing: LocalAws) -> Crawling:
    made = Crawling(enforcing)
    made.put_json("events/day=1/a.json", {"id": 1})
    return made


def permit(crawling: Crawling, *statements: dict[str, Any]) -> None:
    crawling.local_aws.clients.client("iam").put_role_policy(
        RoleName=crawling.role,
        PolicyName="crawl",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
    )


def objects(crawling: Crawling, *actions: str) -> dict[str, Any]:
    return allow(list(actions), [f"arn:aws:s3:::{crawling.bucket}", f"arn:aws:s3:::{crawling.bucket}/*"])


def test_a_role_that_may_do_it(crawling: Crawling) -> None:
    permit(crawling, CATALOG, LOGS, objects(crawling, "s3:ListBucket", "s3:GetObject"))
    name = crawling.crawl("events/")
    assert set(crawling.partitions("events")) == {("1",)}
    assert crawling.messages(name)


def test_a_role_that_may_not_read_the_objects(crawling: Crawling) -> None:
    permit(crawling, CATALOG, LOGS, objects(crawling, "s3:ListBucket"))
    name = crawling.create("events/")
    last = crawling.run(name)["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert "AccessDenied" in last["ErrorMessage"]
    assert crawling.tables() == {}
    assert any(message.startswith("ERROR : AccessDenied") for message in crawling.messages(name))


def test_a_role_that_may_not_write_logs_crawls_all_the_same(crawling: Crawling) -> None:
    permit(crawling, CATALOG, objects(crawling, "s3:ListBucket", "s3:GetObject"))
    crawling.crawl("events/")
    assert list(crawling.tables()) == ["events"]


def test_a_role_that_does_not_trust_glue(crawling: Crawling) -> None:
    permit(crawling, CATALOG, LOGS, objects(crawling, "s3:ListBucket", "s3:GetObject"))
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "firehose.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    crawling.local_aws.clients.client("iam").update_assume_role_policy(
        RoleName=crawling.role, PolicyDocument=json.dumps(trust)
    )
    with pytest.raises(ClientError, match="Service is unable to assume provided role") as caught:
        crawling.create("events/")
    assert caught.value.response["Error"]["Code"] == "InvalidInputException"


def test_a_role_that_may_not_see_the_target(crawling: Crawling) -> None:
    permit(crawling, CATALOG, LOGS)
    with pytest.raises(ClientError, match="Unable to validate existence of s3 target") as caught:
        crawling.create("events/")
    assert caught.value.response["Error"]["Code"] == "InvalidInputException"
