"""State from an earlier version that has texts which no answer can hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local_aws.gateway.mending import mend

if TYPE_CHECKING:
    from pathlib import Path


def test_half_characters_are_replaced_and_the_file_is_kept(tmp_path: Path) -> None:
    state = {"workgroups": {"a\ud800": {"Name": "a\ud800", "Tags": ["\udc00", "\U0001f4a9", "fine"]}}}
    path = tmp_path / "athena.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    before = path.read_bytes()
    assert mend(tmp_path) == [path]
    assert json.loads(path.read_bytes()) == {
        "workgroups": {"a\ufffd": {"Name": "a\ufffd", "Tags": ["\ufffd", "\U0001f4a9", "fine"]}}
    }
    assert path.with_suffix(".before-mending").read_bytes() == before
    assert mend(tmp_path) == []


def test_control_characters_are_replaced_where_answers_are_xml(tmp_path: Path) -> None:
    for name in ("iam", "stepfunctions"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"a\x00": "b\x1b\n"}), encoding="utf-8")
    assert mend(tmp_path) == [tmp_path / "iam.json"]
    assert json.loads((tmp_path / "iam.json").read_bytes()) == {"a\ufffd": "b\ufffd\n"}


def test_other_files_stay_as_they_are(tmp_path: Path) -> None:
    contents = {"glue.json": b'{"a": "\\ud83d\\udca9"}', "sqs.json": b'{"\\ud800'}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    assert mend(tmp_path) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == contents
