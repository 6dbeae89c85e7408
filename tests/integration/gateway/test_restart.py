"""What MiniStack keeps for us is there after a restart, of every service whose state is looked at before it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def test_what_was_made_is_found_again(make_local_aws: Callable[..., LocalAws]) -> None:
    instance = make_local_aws()

    def client(service: str) -> Any:
        return instance.clients.client(service)  # type: ignore[call-overload]

    client("iam").create_role(RoleName="kept", AssumeRolePolicyDocument=TRUST)
    client("sns").create_topic(Name="kept")
    client("logs").create_log_group(logGroupName="kept")
    client("kinesis").create_stream(StreamName="kept", ShardCount=1)
    client("ec2").create_vpc(CidrBlock="10.9.0.0/16")
    instance.stop()
    instance.start()
    assert [one["RoleName"] for one in client("iam").list_roles()["Roles"]] == ["kept"]
    assert [one["TopicArn"].rpartition(":")[2] for one in client("sns").list_topics()["Topics"]] == ["kept"]
    assert [one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]] == ["kept"]
    assert client("kinesis").list_streams()["StreamNames"] == ["kept"]
    assert "10.9.0.0/16" in {one["CidrBlock"] for one in client("ec2").describe_vpcs()["Vpcs"]}
    states = instance.settings.ministack_dir / "state"
    assert list(states.glob("*.before-mending")) == []
    assert "Lifespan error" not in (instance.settings.state_dir / "logs" / "gateway.log").read_text()
