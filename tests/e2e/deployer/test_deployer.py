"""A deployer with its policies and nothing else deploys a whole lake, changes it and destroys it.

The tests are the parts of one story and run in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from scripts import take_over
from scripts.session import Session
from tests.e2e import mutation
from tests.e2e.deployer import asked
from tests.e2e.deployer.account import ACCESS_LOGS, ACCOUNT, COPIES, NAME, Account, Someone
from tests.e2e.lake import Lake, stopped
from tests.faults import inventory
from tests.payloads.recorder import Sent, recorder

pytestmark = pytest.mark.slow

DEPLOYER = "deployer"
STATES = f"streamlake-state-{ACCOUNT}-us-east-1"
ASKED = Path(__file__).with_name("asked_by_terraform.txt")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with stopped(Lake.copy_into(tmp_path_factory.mktemp("account"))) as lake:
        made = Account(lake)
        made.open()
        yield made


@pytest.fixture(scope="module")
def sent() -> list[Sent]:
    """What the deployer's tools have sent so far."""
    return []


def as_deployer(account: Account, sent: list[Sent], *words: str) -> str:
    """Run `make` as the deployer, with a recorder in front of the local AWS."""
    with recorder(account.lake.port) as recording:
        try:
            return account.make(DEPLOYER, *words, endpoint=recording.endpoint).out
        finally:
            sent += recording.sent


def test_an_administrator_makes_the_policies(account: Account) -> None:
    account.settle("whole", "select count(*) from events")
    assert (
        f"who deploys full needs 4 policies: arn:aws:iam::{ACCOUNT}:policy/"
        in account.make("admin", "bootstrap", "DEPLOYERS=full").out
    )
    # Once more, as the guide says it: nothing is taken away again.
    account.make("admin", "bootstrap")
    account.hire(DEPLOYER, None, *account.policy_arns())
    assert set(account.documents()) == {"identity", "operations", "storage", "streaming"}


def test_a_lake_is_deployed(account: Account, sent: list[Sent]) -> None:
    assert "deployed aws-full" in as_deployer(account, sent, "deploy")
    assert "no changes" in as_deployer(account, sent, "plan")


def test_it_is_changed(account: Account, sent: list[Sent]) -> None:
    account.settle("changed", "select max(created_at) from events")
    assert "deployed aws-full" in as_deployer(account, sent, "deploy")
    as_deployer(account, sent, "plan")


def test_what_an_interrupted_deployment_has_made_is_found(account: Account) -> None:
    """All of the lake, as if its state had been lost."""
    known = account.in_state(DEPLOYER)
    place = take_over.Place(cast("Session", Someone(account, DEPLOYER)), ACCOUNT, "aws")
    expected = {address for address, (kind, _) in known.items() if kind in take_over.FINDERS}
    assert len(expected) > 50
    assert set(take_over.found(place, known)) == expected


def test_what_is_not_the_lakes_is_out_of_reach(account: Account) -> None:
    iam, s3, kms, kinesis = (account.client(name, DEPLOYER) for name in ("iam", "s3", "kms", "kinesis"))
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    everything = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    state_key = account.client("kms").describe_key(KeyId="alias/streamlake-state")["KeyMetadata"]["KeyId"]
    own = account.policy_arns()[0]
    calls: tuple[Callable[[], Any], ...] = (
        lambda: iam.create_policy_version(PolicyArn=own, PolicyDocument=everything, SetAsDefault=True),
        # A role without the boundary, one under another path, and one of another name.
        lambda: iam.create_role(RoleName=f"{NAME}-x", Path="/lake/", AssumeRolePolicyDocument=trusted),
        lambda: iam.create_role(RoleName=f"{NAME}-x", AssumeRolePolicyDocument=trusted),
        lambda: iam.create_role(RoleName="admin", Path="/lake/", AssumeRolePolicyDocument=trusted),
        lambda: s3.delete_bucket(Bucket=COPIES),
        lambda: s3.list_objects_v2(Bucket=ACCESS_LOGS),
        lambda: s3.get_object(Bucket=STATES, Key="env:/aws-prod/streamlake/terraform.tfstate"),
        lambda: kms.describe_key(KeyId=state_key),
        lambda: kms.create_key(Tags=[{"TagKey": "Project", "TagValue": "streamlake"}]),
        lambda: kinesis.create_stream(StreamName="streamlake-prod-events", ShardCount=1),
    )
    for call in calls:
        with pytest.raises(ClientError) as caught:
            call()
        assert mutation.is_denied(caught.value), caught.value


def test_it_is_destroyed_with_its_data(account: Account, sent: list[Sent]) -> None:
    account.make("admin", "produce", "AMOUNT=20")
    account.client("s3").put_object(Bucket=f"{NAME}-data-{ACCOUNT}-us-east-1", Key="data/events/x", Body=b"x")
    assert "destroyed aws-full" in as_deployer(account, sent, "destroy")
    left = {
        kind: [name for name in names if NAME in name and f"{NAME}-deployer-" not in name]
        for kind, names in inventory.take(account).items()
    }
    assert {kind: names for kind, names in left.items() if names} == {}


def test_a_missing_permission_is_named(account: Account) -> None:
    documents = account.documents()
    documents["streaming"] = mutation.without(documents["streaming"], "kinesis:CreateStream")
    account.hire("trainee", documents)
    said = account.make("trainee", "deploy", allow=(1, 2)).out
    assert "kinesis:CreateStream" in said.splitlines()[-2], said
    assert f"stream/{NAME}-events" in said


def test_the_policies_have_what_is_asked_for_and_no_more(account: Account, sent: list[Sent]) -> None:
    asked_for = asked.actions(account, sent)
    assert sorted(asked_for) == ASKED.read_text(encoding="utf-8").split()
