"""One instance with IAM enforced and the delivery engine, and people with just the policies they are given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.clients import Clients, Credentials
from local_aws.config import Settings
from tests.gateway_fixture import LocalAws, free_port, unique

if TYPE_CHECKING:
    from collections.abc import Iterator


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


class Account:
    """Makes users with policies, and their clients."""

    def __init__(self, instance: LocalAws) -> None:
        self.instance = instance
        self.root = instance.clients
        self.iam = instance.clients.client("iam")
        self._made: list[Clients] = []

    def clients(self, credentials: Credentials) -> Clients:
        made = Clients(self.instance.endpoint, self.instance.settings.region, credentials)
        self._made.append(made)
        return made

    def user(self, *statements: dict[str, Any]) -> Clients:
        """Give the clients of a new user with one inline policy."""
        name = unique("user")
        self.iam.create_user(UserName=name)
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return self.clients(Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    def close(self) -> None:
        for clients in self._made:
            clients.close()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    settings = Settings(port=free_port(), state_dir=tmp_path_factory.mktemp("iam") / "state", auth=True)
    instance = LocalAws(settings)
    instance.start()
    made = Account(instance)
    try:
        yield made
    finally:
        made.close()
        instance.close()
