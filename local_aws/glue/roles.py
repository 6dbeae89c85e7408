"""The role of a crawler: whether it is there and of this account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local_aws.gateway.service import ApiError
from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from local_aws.clients import Clients

_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(.+)")


class Roles:
    """Looks up roles by IAM's public API."""

    def __init__(self, clients: Clients, account_id: str) -> None:
        self._clients = clients
        self._account_id = account_id

    def check(self, role: str) -> None:
        """Raise `ApiError` when a crawler cannot have `role`, a name (with or without path) or an ARN."""
        name = role
        if role.startswith("arn:"):
            match = _ARN.fullmatch(role)
            if match is None:
                raise invalid_input(f"Role is {role!r}; allowed is the name or the ARN of a role")
            if match[1] != self._account_id:
                raise ApiError(
                    "AccessDeniedException", f"Cross-account pass role is not allowed. Role is {role}"
                )
            name = match[2]
        try:
            self._clients.client("iam").get_role(RoleName=name.rpartition("/")[2])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise
            raise invalid_input(
                f"Service is unable to assume provided role. Please verify role's TrustPolicy: there is no role {role}"
            ) from error
