"""A real local AWS for tests: a gateway process on a free port with a state folder of its own.

Fixtures (in `tests/conftest.py`):

`local_aws`             one instance for the whole run, without the delivery engine
`local_aws_delivering`  one instance for the whole run, with the delivery engine
`make_local_aws`        a function that starts an instance for one test, to be stopped, killed and restarted

Each gives a `LocalAws`: `.endpoint`, `.clients` (`.clients.client("s3")`), `.unchecked("firehose")`, `.settings`,
`.gateway_pid()`, `.stop()`, `.start()`, `.kill()`. Names of streams, buckets and tables are shared by all tests of
a run: make them with `unique("orders")`. At the end the instance is stopped by `down`, and the test run fails if
that had to kill anything or left a process or a listener behind.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import botocore.session
import psutil
from botocore.config import Config

from local_aws import process, running
from local_aws.clients import Clients
from local_aws.config import REPOSITORY_DIR, Settings
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from pathlib import Path

_numbers = itertools.count(1)


def unique(name: str) -> str:
    """Give a name that no other test of this run has."""
    return f"{name}-{os.getpid()}-{next(_numbers)}"


def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class LocalAws:
    """An instance, started and stopped as a person does it: by the command line."""

    settings: Settings
    clients: Clients = field(init=False)
    _unchecked: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.clients = Clients(self.settings.endpoint, self.settings.region)

    def unchecked(self, service: str) -> Any:
        """Give a client that sends whatever it is given: boto3's own checks would come first."""
        if service not in self._unchecked:
            session = botocore.session.get_session()
            session.set_credentials("test", "test")
            self._unchecked[service] = session.create_client(
                service,
                region_name=self.settings.region,
                endpoint_url=self.endpoint,
                config=Config(parameter_validation=False),
            )
        return self._unchecked[service]

    @property
    def endpoint(self) -> str:
        return self.settings.endpoint

    def start(self) -> None:
        done = self.command("up", "--timeout", str(2 * LIMIT_SECONDS))
        assert done.returncode == 0, done.stderr

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m local_aws` with these arguments and this instance's settings."""
        return subprocess.run(
            [sys.executable, "-m", "local_aws", *arguments],
            env={**os.environ, **self.settings.to_environment()},
            cwd=REPOSITORY_DIR,
            capture_output=True,
            text=True,
            timeout=5 * LIMIT_SECONDS,
            check=False,
        )

    def gateway_pid(self) -> int:
        found = running.find(self.settings)
        assert found is not None, "the gateway does not run"
        return found[0].pid

    def family(self) -> list[psutil.Process]:
        """Give the gateway's process and all its children."""
        gateway = psutil.Process(self.gateway_pid())
        return [gateway, *gateway.children(recursive=True)]

    def kill(self) -> None:
        """End the gateway as a power cut would, and wait until its children have noticed."""
        family = self.family()
        family[0].kill()
        started = [(one.pid, one.create_time()) for one in family]
        wait_until(
            lambda: not any(running.alive(*one) for one in started),
            f"no process of a killed gateway: {family}",
        )

    def close(self) -> None:
        """Close all connections and stop."""
        self.clients.close()
        for client in self._unchecked.values():
            client.close()
        self.stop()

    def stop(self) -> None:
        """Stop in the orderly way and check that nothing stays behind; stopped already is fine."""
        if running.find(self.settings) is None:
            return
        family = self.family()
        stopped = process.down(self.settings, 2 * LIMIT_SECONDS)
        assert stopped.killed == (), f"had to be killed: {stopped.killed}"
        assert not [one for one in family if running.alive(one.pid, one.create_time())]
        assert running.port_is_free(self.settings) is None


def start_local_aws(state_dir: Path, *, delivery: bool) -> LocalAws:
    """Start an instance on a free port with its state in `state_dir`."""
    settings = Settings(port=free_port(), state_dir=state_dir, delivery_enabled=delivery)
    instance = LocalAws(settings)
    instance.start()
    return instance
