"""Who made a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.clients import LOCAL_CREDENTIALS, Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class HttpRequest:
    """A request as it arrived; header names in lower case, `raw_path` still percent-encoded."""

    method: str
    raw_path: str
    query: Mapping[str, list[str]]
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        """Give the header's value, empty when the request does not have it."""
        wanted = name.encode("ascii")
        return next((value.decode("latin-1") for found, value in self.headers if found == wanted), "")


@dataclass(frozen=True)
class Identity:
    """A caller whose signature was verified.

    `arn` is that of a user, of a role's session or of the account's root. `credentials` are the caller's own, for
    services that act in the caller's name.
    """

    arn: str
    account_id: str
    credentials: Credentials = LOCAL_CREDENTIALS

    @property
    def is_root(self) -> bool:
        """Tell whether this is the account itself, to which no identity policy applies."""
        return self.arn == f"arn:aws:iam::{self.account_id}:root"


@dataclass(frozen=True)
class Check:
    """One permission that a request needs: an action, the ARN of what it is done to, further condition keys."""

    action: str
    resource: str
    context: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
