from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from local_aws import running
from local_aws.config import Settings
from local_aws.running import Instance
from tests.gateway_fixture import free_port

if TYPE_CHECKING:
    from pathlib import Path


def test_a_recorded_instance_is_found_and_removed(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    assert running.find(settings) is None
    running.write(settings, running.describe(settings, os.getpid()))
    found = running.find(settings)
    assert found is not None
    assert found[0].pid == found[1].pid == os.getpid()
    assert found[0].endpoint == settings.endpoint
    running.remove(settings)
    assert running.find(settings) is None


def test_an_id_that_another_process_has_now_is_not_ours(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    earlier = psutil.Process().create_time() - 100
    running.write(settings, Instance(os.getpid(), earlier, settings.port, settings.endpoint))
    assert running.find(settings) is None
    assert list(settings.run_dir.iterdir()) == [], "a stale record is removed"


def test_a_process_that_has_ended_is_not_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        create_time = psutil.Process(child.pid).create_time()
        assert running.alive(child.pid, create_time) is not None
        child.kill()
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            pass
        assert running.alive(child.pid, create_time) is None, "ended, though nobody has reaped it"
    assert running.alive(child.pid, create_time) is None


def test_a_torn_record_is_no_record(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    settings.run_dir.mkdir()
    for text in ("", "{", "[]", '{"pid": "x"}'):
        (settings.run_dir / "gateway.json").write_text(text)
        assert running.find(settings) is None


def test_a_taken_port_is_told_with_its_holder(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, port=free_port())
    assert running.port_is_free(settings) is None
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", settings.port))
        holder.listen()
        refusal = running.port_is_free(settings)
        assert refusal is not None
        message = running.port_taken_message(settings, refusal)
    assert f"port {settings.port} on 127.0.0.1 is taken by " in message
    assert f"(pid {os.getpid()})" in message
    assert "STREAMLAKE_PORT" in message
