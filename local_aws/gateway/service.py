"""What a service behind the gateway is: the request it gets, the answer it gives, the error it raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from local_aws.clients import LOCAL_CREDENTIALS, Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ApiRequest:
    """One call of one operation, decoded and already checked against the API's model.

    `parameters` has the members the caller sent, under their API names; a member of type blob is `bytes`, a
    timestamp is epoch seconds (int or float; in JSON it is what the caller sent). `credentials` are the caller's,
    for what the service does in the caller's name; without IAM they are the account's own.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    account_id: str
    access_key_id: str | None
    credentials: Credentials = LOCAL_CREDENTIALS


class ApiError(Exception):
    """An error answer of an AWS API.

    `code` is the exception's name in the API's model (or a common one such as `ValidationException`), `extra`
    has further members of that exception's shape.
    """

    def __init__(
        self, code: str, message: str, status: int = 400, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.extra: Mapping[str, Any] = {} if extra is None else dict(extra)


class Service(Protocol):
    """An AWS service that the gateway answers itself.

    `handle` is plain synchronous code, called from many threads at once; its result is serialised by the
    API's model (`bytes` as base64, `datetime` as epoch seconds).
    """

    @property
    def name(self) -> str:
        """Botocore's name of the service, which is also how IAM's actions begin: `firehose`."""

    def handles(self, operation: str) -> bool:
        """Tell whether this service answers `operation`; if not, MiniStack does."""

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request, or raise `ApiError`."""

    def start(self) -> None:
        """Load state and start background work; called once, before the first request."""

    def stop(self) -> None:
        """Stop background work and make state durable; called once, after the last request."""


@runtime_checkable
class RestService(Protocol):
    """A service whose operations are told by method, path and query, and that answers a few of them only."""

    def asked(self, method: str, path: str, query_string: str) -> str | None:
        """Give the operation of its own that a request asks for; None is MiniStack's."""


@runtime_checkable
class Regional(Protocol):
    """A service that is another one in every Region."""

    def of(self, region: str) -> Service:
        """Return the service of a Region. Raises `ApiError` for what is no Region."""


@runtime_checkable
class Normalizing(Protocol):
    """A service to which several spellings of a name are one: IAM and the service see the same."""

    def normalized(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters of a call with every name in its one spelling."""


@runtime_checkable
class Completing(Protocol):
    """A service that completes the answers which MiniStack gives for it."""

    def completes(self, method: str, host: str, path: str, query_string: str) -> bool:
        """Return whether answers to such a request lack something."""

    def added_headers(self, status: int, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return the headers that an answer lacks; the names in `headers` are in lower case."""


@runtime_checkable
class Inspector(Protocol):
    """A service that looks at some of the requests which MiniStack answers."""

    def inspects(self, operation: str) -> bool:
        """Return whether requests of this operation are looked at."""

    def inspect(self, request: ApiRequest) -> None:
        """Raise `ApiError` for a request that is not to be passed on."""
