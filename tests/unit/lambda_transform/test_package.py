"""The zips that `scripts.package_transform` makes, and that one runs with nothing but Python beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from scripts import cli, package_transform
from scripts.errors import ToolError, UsageError
from tests.unit.contract.contracts import SCHEMAS, SHIPPED
from tests.unit.lambda_transform.firehose import encoded, event_of, line_of, recorded

if TYPE_CHECKING:
    from pathlib import Path


def _run(*arguments: object) -> int:
    return cli.run(package_transform.main, [str(argument) for argument in arguments])


def test_one_zip_per_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--out", tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customers.zip", "events.zip"]
    assert capsys.readouterr().out.count("written") == 2
    with zipfile.ZipFile(tmp_path / "events.zip") as archive:
        names = archive.namelist()
        contract = json.loads(archive.read("lambda_transform/contract.json"))
    assert names == sorted(names)
    assert "lambda_transform/handler.py" in names
    assert all(name.startswith("lambda_transform/") for name in names)
    assert contract == {"x-dataset": "events", **SHIPPED["events"].document}


def test_same_input_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "lambda_transform"
    shutil.copytree(package_transform.PACKAGE, copied)
    for path in copied.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    (copied / "__pycache__").mkdir(exist_ok=True)
    (copied / "notes.txt").write_text("not a module")
    first = package_transform.pack(SCHEMAS, tmp_path / "first")
    monkeypatch.setattr(package_transform, "PACKAGE", copied)
    second = package_transform.pack(SCHEMAS, tmp_path / "second")
    assert [p.path.read_bytes() for p in first] == [p.path.read_bytes() for p in second]


def test_unchanged_zip_is_not_written_again(tmp_path: Path) -> None:
    (first,) = package_transform.pack(SCHEMAS, tmp_path, ["customers"])
    os.utime(first.path, (1_000_000_000, 1_000_000_000))
    (again,) = package_transform.pack(SCHEMAS, tmp_path, ["customers"])
    assert (first.changed, again.changed) == (True, False)
    assert first.path.stat().st_mtime == 1_000_000_000
    first.path.write_bytes(b"torn")
    (healed,) = package_transform.pack(SCHEMAS, tmp_path, ["customers"])
    assert healed.changed
    assert zipfile.is_zipfile(first.path)
    assert [path.name for path in tmp_path.iterdir()] == ["customers.zip"]


def test_contract_changes_the_bytes(tmp_path: Path) -> None:
    document = json.loads((SCHEMAS / "customers.schema.json").read_text("utf-8"))
    document["properties"]["phone"]["maxLength"] = 41
    (tmp_path / "customers.schema.json").write_text(json.dumps(document))
    (changed,) = package_transform.pack(tmp_path, tmp_path)
    (shipped,) = package_transform.pack(SCHEMAS, tmp_path / "shipped", ["customers"])
    assert changed.path.read_bytes() != shipped.path.read_bytes()


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--out", tmp_path, "--dataset", "orders") == 2
    assert "no contract for dataset 'orders'" in capsys.readouterr().err
    assert _run("--out", tmp_path, "--schemas", tmp_path / "none") == 1
    assert "no data contract here" in capsys.readouterr().err
    (tmp_path / "bad.schema.json").write_text('{"type": "object"}')
    assert _run("--out", tmp_path, "--schemas", tmp_path) == 1
    assert "bad.schema.json: $.properties: must be an object" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert _run("--out", tmp_path / "file") == 1
    assert "cannot be written" in capsys.readouterr().err
    assert _run("--no-such-option") == 2
    assert "unrecognized arguments: --no-such-option" in capsys.readouterr().err


def test_errors_are_the_tools_own(tmp_path: Path) -> None:
    with pytest.raises(ToolError):
        package_transform.pack(tmp_path, tmp_path)
    with pytest.raises(UsageError):
        package_transform.pack(SCHEMAS, tmp_path, ["nothing"])


# What Lambda does: the unpacked zip on the path, the handler looked up by its string, JSON in and out.
_RUNTIME = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
module, function = "lambda_transform.handler.handler".rsplit(".", 1)
handler = getattr(importlib.import_module(module), function)
expected = sys.stdlib_module_names | {"lambda_transform", "__main__"}
outside = [name for name in sys.modules if name.partition(".")[0] not in expected]
assert not outside, outside
sys.stderr.write(json.dumps(handler(json.load(sys.stdin), None)))
"""


def _invoke(package: Path, event: Any) -> Any:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", _RUNTIME, str(package)],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=package if package.is_dir() else package.parent,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr)


def test_package_runs_alone(tmp_path: Path) -> None:
    for package in package_transform.pack(SCHEMAS, tmp_path):
        with zipfile.ZipFile(package.path) as archive:
            archive.extractall(tmp_path / package.name)
    now = time.time()
    good, bad = _invoke(tmp_path / "events", event_of(encoded(created_at=int(now)), b"[]"))["records"]
    assert (good["result"], bad["result"]) == ("Ok", "ProcessingFailed")
    assert good["metadata"]["partitionKeys"]["event_type"] == "lesson"
    assert line_of(good)["created_at"] == int(now)
    first, second = _invoke(tmp_path / "customers", recorded("direct_put"))["records"]
    assert (first["result"], second["result"]) == ("Ok", "ProcessingFailed")
