"""Where crawlers are kept: one JSON file each, written atomically, all of them in memory."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

from local_aws.durable import sync_directory, write_json
from local_aws.glue.crawler import Crawler

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


class CrawlerStore:
    """The crawlers of one account and region, and the folders that their runs have seen; for many threads."""

    def __init__(self, folder: Path) -> None:
        self._crawlers_folder = folder / "crawlers"
        self._folders_folder = folder / "folders"
        self._crawlers: dict[str, Crawler] = {}
        self.lock = threading.RLock()

    def load(self) -> None:
        """Read all files; one that cannot be read is left as it is and named in the log."""
        for folder in (self._crawlers_folder, self._folders_folder):
            folder.mkdir(parents=True, exist_ok=True)
        with self.lock:
            for path in sorted(self._crawlers_folder.glob("*.json")):
                try:
                    crawler = Crawler.from_json(json.loads(path.read_text(encoding="utf-8")))
                except (ValueError, TypeError, KeyError):
                    _log.exception("the crawler in %s cannot be read; it is left out", path)
                    continue
                self._crawlers[crawler.name] = crawler

    def get(self, name: str) -> Crawler | None:
        """Give the crawler of this name, or None."""
        with self.lock:
            return self._crawlers.get(name)

    def all(self) -> list[Crawler]:
        """Give all crawlers in the order of their names."""
        with self.lock:
            return [self._crawlers[name] for name in sorted(self._crawlers)]

    def put(self, crawler: Crawler) -> None:
        """Keep `crawler` in the place of an earlier one of the same name; durable when this returns."""
        with self.lock:
            _write(self._crawlers_folder, crawler.name, crawler.to_json())
            self._crawlers[crawler.name] = crawler

    def delete(self, name: str) -> None:
        """Forget a crawler and the folders it has seen."""
        with self.lock:
            for folder in (self._crawlers_folder, self._folders_folder):
                _path(folder, name).unlink(missing_ok=True)
                sync_directory(folder)
            self._crawlers.pop(name, None)

    def known_folders(self, name: str) -> frozenset[str] | None:
        """Give the folders that runs of a crawler have seen, or None when it has not run successfully yet."""
        path = _path(self._folders_folder, name)
        with self.lock:
            if not path.exists():
                return None
            try:
                return frozenset(json.loads(path.read_text(encoding="utf-8")))
            except ValueError:
                _log.exception("the folders in %s cannot be read; everything is crawled again", path)
                return None

    def put_folders(self, name: str, folders: frozenset[str]) -> None:
        """Keep the folders that runs of a crawler have seen."""
        with self.lock:
            _write(self._folders_folder, name, sorted(folders))


def _path(folder: Path, name: str) -> Path:
    # A crawler's name may have characters, and a length, that no file name has.
    return folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json"


def _write(folder: Path, name: str, content: Any) -> None:
    write_json(_path(folder, name), content)
