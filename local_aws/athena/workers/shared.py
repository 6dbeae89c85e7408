"""The processes that the Athena of all Regions shares, so that their limits hold for all together."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

from local_aws.athena.uploads import unfinished_uploads
from local_aws.athena.workers.limits import Limits
from local_aws.athena.workers.pool import WorkerPool
from local_aws.athena.workers.process import start_reader

if TYPE_CHECKING:
    from local_aws.config import Settings


class AthenaWorkers:
    """Workers, which run statements, and a reader; open from the first `open` to the last `close`."""

    def __init__(self, settings: Settings) -> None:
        self.limits = Limits.of(settings)
        # AWS rule: queries and statements about the catalog are counted apart.
        self.workers = WorkerPool(settings, self.limits, self.limits.workers + 1)
        self.readers = WorkerPool(settings, self.limits, 1, kept=0, start=start_reader)
        self._scratch = settings.athena_dir / "scratch"
        self._lock = threading.Lock()
        self._users = 0

    def open(self) -> list[str]:
        """Begin to keep a worker ready, and remove the files of an earlier gateway's workers.

        Returns the addresses of the uploads that those had not finished.
        """
        with self._lock:
            self._users += 1
            if self._users > 1:
                return []
            uris = unfinished_uploads(self._scratch)
            shutil.rmtree(self._scratch, ignore_errors=True)
            self.workers.open()
            self.readers.open()
            return uris

    def close(self) -> None:
        """End all processes when nobody needs them any more."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self.workers.close()
                self.readers.close()
