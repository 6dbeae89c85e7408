from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from scripts import targets
from scripts.errors import ToolError, UsageError
from scripts.session import session_for


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_ENDPOINT_URL",
        "LOCALSTACK_AUTH_TOKEN",
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "STREAMLAKE_PORT",
    ):
        monkeypatch.delenv(name, raising=False)


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        return None


@pytest.fixture
def healthy() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Health)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_local_target_that_answers(healthy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLAKE_PORT", str(healthy))
    target = targets.resolve("local", None)
    assert target == targets.Target(
        "local", "local", f"http://127.0.0.1:{healthy}", "000000000000", "us-east-1"
    )
    assert target.workspace == "local-local"


def test_a_local_target_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLAKE_PORT", "1")
    with pytest.raises(ToolError, match=r"127\.0\.0\.1:1 .*run: make up"):
        targets.resolve("local", None)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", ""])
def test_a_port_that_is_none(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLAKE_PORT", port)
    with pytest.raises(UsageError, match=f"PORT={port}"):
        targets.port()


def test_words_that_name_nothing() -> None:
    with pytest.raises(UsageError, match="TARGET=azure: must be one of local, localstack, aws"):
        targets.resolve("azure", None)
    with pytest.raises(UsageError, match=r"ENV=nowhere: .*local"):
        targets.resolve("local", "nowhere")


def test_localstack_without_a_token() -> None:
    with pytest.raises(ToolError, match=r"LOCALSTACK_AUTH_TOKEN .*TARGET=local"):
        targets.resolve("localstack", "local")


def test_localstack_without_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOCALSTACK_AUTH_TOKEN", "x")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="docker is not on PATH"):
        targets.check_localstack()
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the engine' >&2\nexit 1\n", encoding="utf-8")
    docker.chmod(0o755)
    with pytest.raises(ToolError, match=r"Cannot connect to the engine.*TARGET=local"):
        targets.check_localstack()


def test_aws_without_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(ToolError, match="no usable AWS credentials"):
        targets.resolve("aws", "local")


def test_aws_from_a_shell_that_points_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    with pytest.raises(ToolError, match=r"AWS_ENDPOINT_URL=.*unset it"):
        targets.resolve("aws", "local")


def test_a_session_goes_to_its_endpoint_whatever_the_shell_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    client = session_for("local", "http://127.0.0.1:4999", "eu-west-1").client("kinesis")
    assert client.meta.endpoint_url == "http://127.0.0.1:4999"
    assert client.meta.region_name == "eu-west-1"


def test_a_local_session_signs_as_the_user_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def signs_as(**keys: tuple[str, str]) -> str:
        session = session_for("local", "http://127.0.0.1:4999", "us-east-1", **keys)
        return str(session.client("s3").generate_presigned_url("list_buckets"))

    monkeypatch.delenv("STREAMLAKE_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("STREAMLAKE_SECRET_ACCESS_KEY", raising=False)
    assert "KeyId=test&" in signs_as() or "Credential=test" in signs_as()
    monkeypatch.setenv("STREAMLAKE_ACCESS_KEY_ID", "AKIAUSER")
    monkeypatch.setenv("STREAMLAKE_SECRET_ACCESS_KEY", "secret")
    assert "AKIAUSER" in signs_as()
    assert "AKIAOTHER" in signs_as(keys=("AKIAOTHER", "secret"))


@pytest.mark.parametrize(("target", "endpoint"), [("local", None), ("aws", "http://127.0.0.1:4566")])
def test_a_session_that_would_mix_targets_is_refused(target: str, endpoint: str | None) -> None:
    with pytest.raises(UsageError, match=target):
        session_for(target, endpoint, "us-east-1")
