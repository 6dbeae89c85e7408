"""State by Region: the state folder is one Region's own, the others have a folder each inside it.

A service of ours is written for one Region. `PerRegion` keeps one of it for each Region that is asked for, so that
resources of the same name never meet, and answers in the one that a request was signed for.

The Region that the state folder belongs to is noted when the folder is first used: a folder from before Regions were
kept apart is its Region's own as it is, and stays so whatever `STREAMLAKE_REGION` says later.
"""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from local_aws.durable import write_file
from local_aws.gateway.service import ApiError, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from local_aws.config import Settings
    from local_aws.gateway.observing import Exchange, Head
    from local_aws.gateway.service import ApiRequest

NOTE = "home-region"
# AWS rule: the form of all names of Regions, `us-gov-east-1` and `ap-southeast-5` too.
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")


def is_region(name: str) -> bool:
    """Return whether a name has the form of a Region's."""
    return _REGION.fullmatch(name) is not None


def at_home(settings: Settings) -> Settings:
    """Return `settings` with the Region that the state folder belongs to, which is noted at its first use."""
    note = settings.state_dir / NOTE
    try:
        home = note.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        home = settings.region
        write_file(note, f"{home}\n".encode())
    return replace(settings, home_region=home)


def with_state(settings: Settings) -> list[str]:
    """Return the Regions that have state: the home Region, and those with a folder of their own."""
    home = settings.home_region or settings.region
    folder = settings.state_dir / "regions"
    others = sorted(path.name for path in folder.glob("*") if path.is_dir() and is_region(path.name))
    return [home, *(one for one in others if one != home)]


S = TypeVar("S", bound=Service)


class PerRegion(Generic[S]):
    """One service in every Region, each made and started when its Region is first asked for."""

    def __init__(self, settings: Settings, make: Callable[[Settings], S]) -> None:
        self._settings = settings
        self._make = make
        self._lock = threading.Lock()
        self._by_region = {settings.region: make(settings.in_region(settings.region))}
        self._started = False

    @property
    def name(self) -> str:
        """Return botocore's name of the service."""
        return self.home.name

    @property
    def home(self) -> S:
        """Return the service of the Region that unsigned requests are for."""
        return self._by_region[self._settings.region]

    def handles(self, operation: str) -> bool:
        """Return whether the service handles `operation`, which is the same in all Regions."""
        return self.home.handles(operation)

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request in its Region. Raises `ApiError`, also for what is no Region."""
        return self.of(request.region).handle(request)

    def of(self, region: str) -> S:
        """Return the service of a Region. Raises `ApiError` for what is no Region."""
        with self._lock:
            found = self._by_region.get(region)
            if found is None:
                if not is_region(region):
                    raise ApiError(
                        "InvalidSignatureException",
                        f"Credential should be scoped to a valid region; {region!r:.80} is none.",
                        status=403,
                    )
                found = self._make(self._settings.in_region(region))
                if self._started:
                    found.start()
                self._by_region[region] = found
            return found

    def start(self) -> None:
        """Start the service in every Region that has state."""
        for region in with_state(self._settings):
            self.of(region)
        with self._lock:
            for one in self._by_region.values():
                one.start()
            self._started = True

    def stop(self) -> None:
        """Stop the service in all Regions."""
        with self._lock:
            for one in self._by_region.values():
                one.stop()


class _Observing(Service, Protocol):
    """A service that looks on, as `gateway.observing.Observer` says."""

    def observes(self, head: Head) -> bool: ...

    def wants_bodies(self, head: Head) -> bool: ...

    def observed(self, exchange: Exchange) -> None: ...


O = TypeVar("O", bound=_Observing)  # noqa: E741 (what it stands for is an observer)


class ObservingPerRegion(PerRegion[O]):
    """The same for a service that looks on: it takes note in the Region of the request."""

    def observes(self, head: Head) -> bool:
        """Return whether a request is of interest."""
        return is_region(head.region) and self.home.observes(head)

    def wants_bodies(self, head: Head) -> bool:
        """Return whether what is said about it stands in its bodies."""
        return self.home.wants_bodies(head)

    def observed(self, exchange: Exchange) -> None:
        """Take note of an exchange that is over."""
        self.of(exchange.head.region).observed(exchange)
