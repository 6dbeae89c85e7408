"""A local AWS that ends while Terraform runs."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

from scripts.endpoint_watch import watching
from tests.gateway_fixture import free_port

WAITS = "import sys, time; print('ready', flush=True); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " + WAITS


def started(program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_a_process_is_called_off_when_nobody_listens_any_more() -> None:
    with started(WAITS) as process, watching(f"http://127.0.0.1:{free_port()}", process, 0.01) as gone:
        assert process.wait(60) == -signal.SIGINT
        assert gone.is_set()


def test_one_that_does_not_hear_is_killed() -> None:
    with started(DEAF) as process, watching(f"http://127.0.0.1:{free_port()}", process, 0.01, 0.1) as gone:
        assert process.wait(60) == -signal.SIGKILL
        assert gone.is_set()


def test_one_whose_endpoint_listens_or_that_has_none_is_left_in_peace() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for endpoint in (f"http://127.0.0.1:{listener.getsockname()[1]}", None):
            with started("print('ready')") as process, watching(endpoint, process, 0.01) as gone:
                assert process.wait(60) == 0
            assert not gone.is_set()
