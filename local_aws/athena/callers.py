"""The clients of those who run queries.

AWS rule: Athena reads the catalog and the objects, and writes results, in the name of whoever runs the query; it has
no role of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from local_aws.clients import LOCAL_CREDENTIALS, Clients

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.clients import Credentials

# Making a client takes a tenth of a second; those of more callers than this are made anew.
_KEPT = 16


class Callers:
    """Keeps clients by key pair. `own` are those of the account, for what is Athena's own business."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._region = region
        self._lock = threading.Lock()
        self._kept: OrderedDict[Credentials, Clients] = OrderedDict()
        self.own = Clients(endpoint, region)

    def of(self, credentials: Credentials) -> Clients:
        """Give the clients that sign as the owner of `credentials`."""
        if credentials == LOCAL_CREDENTIALS:
            return self.own
        with self._lock:
            clients = self._kept.pop(credentials, None) or Clients(self._endpoint, self._region, credentials)
            self._kept[credentials] = clients
            # What is dropped may still be in use by a query: it is closed when that lets go of it.
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return clients

    def prepare(self, services: Sequence[str]) -> None:
        """Make the account's own clients, which takes a while, before anybody waits for them."""
        make: Any = self.own.client
        for service in services:
            make(service)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for clients in (self.own, *self._kept.values()):
                clients.close()
            self._kept.clear()
