"""The database `default`, which every Glue catalog has: MiniStack's begins empty."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from local_aws.clients import Clients

NAME = "default"


class DefaultDatabase:
    """Makes the database once, before the first operation; whoever deletes it later finds it gone."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind
        self._lock = threading.Lock()
        self._is_there = False

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
