from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pytest
from rich.console import Console

from scripts import cli, cost, tables
from scripts.apply_progress import Progress
from scripts.athena import Result
from scripts.errors import ToolError, UsageError


def _result(scanned_bytes: int) -> Result:
    return Result(("n",), ("bigint",), (("1",),), scanned_bytes, 12, "id", truncated=False)


@pytest.mark.parametrize(
    ("scanned_bytes", "dollars"),
    [(0, 0.0), (1, 0.00005), (10_000_000, 0.00005), (10_000_001, 0.000055), (10**12, 5.0)],
)
def test_the_price_of_a_query(scanned_bytes: int, dollars: float) -> None:
    assert _result(scanned_bytes).dollars == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [(ToolError("no lake"), 1, "error: no lake"), (UsageError("no such word"), 2, "error: no such word")],
)
def test_an_error_is_one_line(
    raised: Exception,
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STREAMLAKE_DEBUG", raising=False)

    def fails(_arguments: Sequence[str]) -> int:
        raise raised

    assert cli.run(fails, []) == code
    assert capsys.readouterr().err.splitlines() == [said]
    assert cli.run(fails, ["--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_a_bug_is_not_dressed_up() -> None:
    def fails(_arguments: Sequence[str]) -> int:
        raise KeyError("x")

    with pytest.raises(KeyError):
        cli.run(fails, [])


def test_rows_as_json_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    tables.show(("a", "b"), ("varchar", "bigint"), [("x,y", None), ("[z]", "2")], "json")
    assert json.loads(capsys.readouterr().out) == [{"a": "x,y", "b": None}, {"a": "[z]", "b": "2"}]
    tables.show(("a", "b"), ("varchar", "bigint"), [("x,y", None)], "csv")
    assert capsys.readouterr().out.splitlines() == ["a,b", '"x,y",']
    tables.show(("a", "b"), ("varchar", "bigint"), [("[z]", None)], "table")
    shown = capsys.readouterr().out
    assert "[z]" in shown
    assert "NULL" in shown


def test_terraform_progress_shows_what_is_done_and_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out, width=200))
    resource = {"addr": 'module.x["events"].aws_s3_bucket.this'}
    progress.line(json.dumps({"type": "apply_start", "hook": {"resource": resource, "action": "create"}}))
    progress.line(
        json.dumps(
            {
                "type": "apply_complete",
                "hook": {"resource": resource, "action": "create", "elapsed_seconds": 3},
            }
        )
    )
    progress.line(json.dumps({"type": "change_summary", "@message": "Apply complete! Resources: 1 added."}))
    progress.line(
        json.dumps(
            {
                "type": "diagnostic",
                "diagnostic": {"severity": "error", "summary": "Denied", "detail": "No [right]"},
            }
        )
    )
    progress.line("plain words")
    assert out.getvalue().splitlines() == [
        '  created module.x["events"].aws_s3_bucket.this (3 s)',
        "Apply complete! Resources: 1 added.",
        "plain words",
    ]
    assert "error: Denied\nNo [right]" in capsys.readouterr().err


def test_wrong_arguments_are_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(cost.main, ["--event-bytes", "many"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "error: argument --event-bytes: invalid int value: 'many'; see: python -m scripts.cost --help"
    ]
