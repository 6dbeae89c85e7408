"""The engine under the delivery role: how Firehose gets at its customers' streams, functions and buckets.

AWS rule: Firehose assumes the role that the delivery stream names, as the service `firehose.amazonaws.com`, with the
account as external id; the role's trust policy decides, reference 14. The sessions last an hour and are renewed, by
botocore's own means, a quarter of an hour before they end.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore.credentials import CredentialProvider, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import NoCredentialsError

from local_aws.clients import Clients, Credentials, session_without_user_files
from local_aws.delivery.aws import EngineClients
from local_aws.iam.services import source_headers

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

_SESSION_SECONDS = 3600
_METHOD = "assume-role"
_NOT_IN_SESSION_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)


class ServiceClients(EngineClients):
    """Clients that sign as the service itself; `acting_as` gives those of a role."""

    def __init__(self, endpoint: str | None, region: str, credentials: Credentials, pool_size: int) -> None:
        super().__init__(endpoint, region, credentials, pool_size)
        self._roles: dict[tuple[str, str], RoleClients] = {}
        self._roles_lock = threading.Lock()

    def acting_as(self, role_arn: str, source_arn: str) -> Clients:
        """Give the clients of a role, assumed at their first use for the delivery stream `source_arn`.

        A role that cannot be assumed makes each of their calls fail, with the answer of AssumeRole.
        """
        with self._roles_lock:
            found = self._roles.get((role_arn, source_arn))
            if found is None:
                found = RoleClients(self, role_arn, source_arn, self._pool_size)
                self._roles[role_arn, source_arn] = found
            return found


class RoleClients(EngineClients):
    """Clients that sign with the session of a role."""

    def __init__(self, service: ServiceClients, role_arn: str, source_arn: str, pool_size: int) -> None:
        self._service = service
        self._role_arn = role_arn
        self._source_arn = source_arn
        self._assuming = Clients(
            service.endpoint,
            service.region,
            service.credentials,
            pool_size=1,
            headers=source_headers(source_arn, _account(source_arn)),
        )
        self._session_keys = DeferredRefreshableCredentials(self._assume, _METHOD)
        super().__init__(service.endpoint, service.region, service.credentials, pool_size)

    @property
    def credentials(self) -> Credentials:
        """The session's keys, renewed when they are about to expire. Raises botocore's errors."""
        keys: ReadOnlyCredentials = self._session_keys.get_frozen_credentials()
        if keys.access_key is None or keys.secret_key is None:
            raise NoCredentialsError
        return Credentials(keys.access_key, keys.secret_key, keys.token)

    def close(self) -> None:
        """Close all connections."""
        super().close()
        self._assuming.close()

    def _make_session(self) -> boto3.Session:
        session = session_without_user_files()
        session.register_component("credential_provider", CredentialResolver([_Given(self._session_keys)]))
        return boto3.Session(region_name=self.region, botocore_session=session)

    def _assume(self) -> dict[str, Any]:
        answer = self._assuming.client("sts").assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=_session_name(self._source_arn),
            ExternalId=_account(self._source_arn),
            DurationSeconds=_SESSION_SECONDS,
        )
        keys = answer["Credentials"]
        return {
            "access_key": keys["AccessKeyId"],
            "secret_key": keys["SecretAccessKey"],
            "token": keys["SessionToken"],
            "expiry_time": keys["Expiration"].isoformat(),
        }


class _Given(CredentialProvider):
    """Gives the credentials it was made with."""

    METHOD = _METHOD

    def __init__(self, credentials: DeferredRefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> DeferredRefreshableCredentials:
        return self._credentials


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _session_name(source_arn: str) -> str:
    # A session's name has 2 to 64 characters. A delivery stream's name may have one, a crawler's 255, and others.
    return _NOT_IN_SESSION_NAMES.sub("-", source_arn.partition("/")[2])[:64].ljust(2, "-")
