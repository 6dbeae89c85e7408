"""The database `default`, which every Glue catalog has: MiniStack's begins empty."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.clients import Clients

NAME = "default"
# What may be the first thing that anyone asks of a catalog; these are MiniStack's and only come through here.
_PASSED_ON = (
    "CreateDatabase",
    "CreateTable",
    "DeleteDatabase",
    "GetDatabase",
    "GetDatabases",
    "UpdateDatabase",
)


class DefaultDatabase:
    """Makes the database once, before the first operation; whoever deletes it later finds it gone."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind
        self._lock = threading.Lock()
        self._is_there = False
        self.operations: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
            name: partial(self._pass_on, name) for name in _PASSED_ON
        }

    def ensure(self) -> None:
        """Make the database unless it is there. Raises boto3's `ClientError` when it cannot be made."""
        with self._lock:
            if self._is_there:
                return
            try:
                self._behind.client("glue").create_database(DatabaseInput={"Name": NAME})
            except ClientError as error:
                if error.response["Error"]["Code"] != "AlreadyExistsException":
                    raise
            self._is_there = True

    def _pass_on(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        answer: dict[str, Any] = getattr(self._behind.client("glue"), xform_name(operation))(**parameters)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
