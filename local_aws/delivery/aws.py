"""The engine's clients: whatever an endpoint answers, a call ends in an answer or in one of botocore's errors.

Measured: an answer that cannot be parsed makes botocore raise whatever its parser stumbled over (a
`UnicodeDecodeError`, for example), or pass for one without members. To the engine that is one more way of not
getting an answer.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.clients import Clients


class UnparsableAnswerError(BotoCoreError):
    """An endpoint answered, but not in the language of the API."""

    fmt = "The answer to {operation} cannot be parsed: {error}"


class EngineClients(Clients):
    """Clients whose calls raise nothing but `ClientError` and `BotoCoreError`."""

    def client(self, service: Any) -> Any:
        """Give the client of `service`, as `Clients` does."""
        return _Checked(super().client(service))


class _Checked:
    """A client; other members than operations are passed through."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        if not callable(member) or name not in self._client.meta.method_to_api_mapping:
            return member

        def call(**request: Any) -> Any:
            try:
                return _Answer(name, member(**request))
            except (ClientError, BotoCoreError):
                raise
            except Exception as error:
                raise UnparsableAnswerError(operation=name, error=repr(error)) from error

        return call


class _Answer(dict[str, Any]):
    """An answer; a member that is looked up and is not there makes it an unparsable one."""

    def __init__(self, operation: str, members: dict[str, Any]) -> None:
        super().__init__(members)
        self._operation = operation

    def __missing__(self, key: str) -> Any:
        raise UnparsableAnswerError(operation=self._operation, error=f"it has no member {key}")
