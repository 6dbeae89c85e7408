"""What an apply had begun when it ended: noted, told from what others have made, and imported by the next."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scripts import take_over
from scripts.unfinished import Note, Writer


def hook(kind: str, address: str, action: str = "create") -> str:
    return json.dumps({"type": kind, "hook": {"action": action, "resource": {"addr": address}}})


def error(address: str, summary: str) -> str:
    return json.dumps(
        {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": summary, "address": address}}
    )


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "it.tfplan"
    path.write_bytes(b"plan")
    return path


def fail_after(note: Note, plan: Path, *lines: str) -> Writer:
    """Apply until these lines were said, then fail."""
    with suppress(KeyboardInterrupt), note.of(plan) as writer:
        for line in lines:
            writer.line(line)
        raise KeyboardInterrupt
    return writer


def test_what_was_begun_is_left_unless_it_was_refused(tmp_path: Path, plan: Path) -> None:
    note = Note(tmp_path, "local-local")
    assert note.addresses() == []
    writer = fail_after(
        note,
        plan,
        "not JSON",
        hook("apply_start", "made"),
        hook("apply_start", "changed", "update"),
        hook("apply_start", "cancelled"),
        hook("apply_start", "somebody's"),
        hook("apply_complete", "made"),
        hook("apply_errored", "cancelled"),
        hook("apply_errored", "somebody's"),
        error("cancelled", "creating it: request canceled, context canceled"),
        error("somebody's", "creating it: EntityAlreadyExists: Role with name r already exists."),
    )
    assert note.addresses() == ["made", "cancelled"]  # the state may have missed what was made
    assert list(writer.refused) == ["somebody's"]
    assert note.plan.read_bytes() == b"plan"
    assert note.plan.stat().st_mode & 0o077 == 0, "a plan is as secret as a state"
    assert Note(tmp_path, "local-other").addresses() == []


def test_what_an_interrupted_import_was_to_take_over_stays_noted(tmp_path: Path, plan: Path) -> None:
    note = Note(tmp_path, "local-local")
    fail_after(note, plan, hook("apply_start", "first"))
    fail_after(note, plan, hook("apply_start", "second"))
    assert note.addresses() == ["first", "second"]


def test_the_end_of_an_apply_ends_the_note(tmp_path: Path, plan: Path) -> None:
    note = Note(tmp_path, "local-local")
    fail_after(note, plan, hook("apply_start", "first"))
    with note.of(plan) as writer:
        writer.line(hook("apply_start", "first"))
    assert note.addresses() == []
    assert not note.plan.exists()


def test_a_half_written_line_is_no_line(tmp_path: Path, plan: Path) -> None:
    note = Note(tmp_path, "local-local")
    fail_after(note, plan, hook("apply_start", "first"), hook("apply_start", "second"))
    file = tmp_path / "state" / "local-local" / "unfinished.jsonl"
    file.write_text(file.read_text(encoding="utf-8")[:-5], encoding="utf-8")
    assert note.addresses() == ["first"]


@pytest.mark.parametrize(
    "refusal",
    [
        "BucketAlreadyExists",
        "creating Kinesis Stream (s): ResourceInUseException: Stream s already exists.",
        "creating Glue Catalog Table (t): AlreadyExistsException: Table already exists.",
        "creating Lambda Function (f): ResourceConflictException: Function already exist: f",
        "creating CloudWatch Logs Log Group (g): ResourceAlreadyExistsException: The log group already exists",
        "creating EventBridge Scheduler Schedule (s): ConflictException: Schedule s already exists.",
        "creating Athena WorkGroup (w): InvalidRequestException: WorkGroup w is already created",
        "creating Budget: DuplicateRecordException: the budget already exists.",
    ],
)
def test_refusals_of_what_exists_are_known(refusal: str, tmp_path: Path, plan: Path) -> None:
    note = Note(tmp_path, "w")
    fail_after(note, plan, hook("apply_start", "it"), error("it", refusal))
    assert note.addresses() == []


def test_import_blocks_come_and_go(tmp_path: Path) -> None:
    take_over.write({'module.a.aws_s3_bucket.this["data"]': "lake-data"}, tmp_path)
    text = (tmp_path / take_over.FILE).read_text(encoding="utf-8")
    assert 'import {\n  to = module.a.aws_s3_bucket.this["data"]\n  id = "lake-data"\n}\n' in text
    take_over.write({}, tmp_path)
    assert not (tmp_path / take_over.FILE).exists()
    take_over.write({}, tmp_path)


def test_what_does_not_exist_and_what_nobody_can_find_is_not_taken_over(local_aws: Any) -> None:
    from scripts.targets import Target

    target = Target("local", "local", local_aws.endpoint, "000000000000", "us-east-1")
    place = take_over.Place.of(target)
    log_group = {"name": "/aws/lambda/taken-over"}
    local_aws.clients.client("logs").create_log_group(logGroupName=log_group["name"])
    planned = {
        "there": ("aws_cloudwatch_log_group", log_group),
        "longer": ("aws_cloudwatch_log_group", {"name": "/aws/lambda/taken"}),
        "bucket": ("aws_s3_bucket", {"bucket": "nobody-has-made-it"}),
        "role": ("aws_iam_role", {"name": "nobody-has-made-it"}),
        "stream": ("aws_kinesis_stream", {"name": "nobody-has-made-it"}),
        "delivery": ("aws_kinesis_firehose_delivery_stream", {"name": "nobody-has-made-it"}),
        "function": ("aws_lambda_function", {"function_name": "nobody-has-made-it"}),
        "table": ("aws_glue_catalog_table", {"database_name": "nobody", "name": "t"}),
        "workgroup": ("aws_athena_workgroup", {"name": "nobody-has-made-it"}),
        "topic": ("aws_sns_topic", {"name": "made again without harm"}),
    }
    assert take_over.found(place, planned) == {"there": log_group["name"]}
