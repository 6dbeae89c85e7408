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
        (tmp_path / f"{name}.json").write_text(json.dumps({"a\x01": "b\x1b\n"}), encoding="utf-8")
    assert mend(tmp_path) == [tmp_path / "iam.json"]
    assert json.loads((tmp_path / "iam.json").read_bytes()) == {"a\ufffd": "b\ufffd\n"}


def test_the_keys_of_ministack_keep_their_separators(tmp_path: Path) -> None:
    roles = {
        "000000000000\0'lake'": {"RoleName": "lake"},
        "000000000000\0'a\\x1b\\ud800'": {"RoleName": "a\x1b\ud800"},
    }
    topics = {"000000000000\0eu-west-1\0('t', 1)": {"Name": "t"}}
    path = tmp_path / "iam.json"
    path.write_text(json.dumps({"roles": roles, "topics": topics}), encoding="utf-8")
    assert mend(tmp_path) == [path]
    assert json.loads(path.read_bytes()) == {
        "roles": {
            "000000000000\0'lake'": {"RoleName": "lake"},
            "000000000000\0'a\ufffd\ufffd'": {"RoleName": "a\ufffd\ufffd"},
        },
        "topics": topics,
    }


def test_a_state_without_such_texts_is_left_as_it_is(tmp_path: Path) -> None:
    content = json.dumps({"roles": {"000000000000\0'lake'": {"RoleName": "lake"}}}).encode()
    (tmp_path / "iam.json").write_bytes(content)
    assert mend(tmp_path) == []
    assert (tmp_path / "iam.json").read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["iam.json"]


def test_other_files_stay_as_they_are(tmp_path: Path) -> None:
    contents = {"glue.json": b'{"a": "\\ud83d\\udca9"}', "sqs.json": b'{"\\ud800'}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    assert mend(tmp_path) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == contents
