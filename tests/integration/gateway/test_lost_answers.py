"""A creating call whose answer is lost succeeds at the client's second attempt, as if nothing had been lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_aws.clients import Clients
from tests.faults.proxy import LOSE_ANSWER, fault_proxy
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


def test_a_log_group_is_created_though_the_answer_is_lost(local_aws: LocalAws) -> None:
    name = unique("/aws/lambda/lost")
    with fault_proxy(local_aws.settings.port) as proxy:
        faults = iter([LOSE_ANSWER])
        proxy.rule = lambda _method, _path, _headers: next(faults, None)
        clients = Clients(f"http://127.0.0.1:{proxy.port}", "us-east-1")
        clients.client("logs").create_log_group(logGroupName=name)
        assert proxy.faults[LOSE_ANSWER] == 1
        clients.close()
    groups = local_aws.clients.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert [group["logGroupName"] for group in groups] == [name]
    # A call of its own is told that the group is there.
    logs = local_aws.clients.client("logs")
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=name)
