"""The guide of the local AWS: what it names is there, and what the code refers to is explained in it."""

from __future__ import annotations

import re
from functools import cache

from local_aws.config import REPOSITORY_DIR, Settings

GUIDE = REPOSITORY_DIR / "docs" / "local-aws.md"
_RULE = re.compile(r"^\| (?P<rule>[^|]+) \| (?P<files>`local_aws/[^|]+) \| (?P<tests>`tests/[^|]+) \|$", re.M)
_REFERENCE = re.compile(r"[Rr]eference ((?:\d+(?:\.\d+)?(?:, | and | to )?)+)")
_NAMED_TEST = re.compile(r"^def test_(\d+)_(\d+)_", re.M)


@cache
def guide() -> str:
    return GUIDE.read_text(encoding="utf-8")


def sources(*folders: str) -> list[str]:
    files = [path for folder in folders for path in sorted((REPOSITORY_DIR / folder).rglob("*.py"))]
    return [path.read_text(encoding="utf-8") for path in files]


def test_every_file_that_is_named_exists() -> None:
    named = re.findall(r"`((?:local_aws|tests|benchmarks|docs)/[\w/.]+)`", guide())
    assert len(named) > 100
    missing = [path for path in named if not (REPOSITORY_DIR / path).exists()]
    assert missing == []


def test_every_rule_has_a_file_and_a_test() -> None:
    rules = list(_RULE.finditer(guide()))
    assert len(rules) > 40
    for rule in rules:
        tests = re.findall(r"`([^`]+)`", rule["tests"])
        for path in tests:
            assert "def test_" in (REPOSITORY_DIR / path).read_text(encoding="utf-8"), path


def test_every_conformance_test_of_firehose_is_in_the_guide() -> None:
    folders = ("delivery", "firehose_api", "conversion")
    written = {
        path.relative_to(REPOSITORY_DIR).as_posix()
        for folder in folders
        for path in (REPOSITORY_DIR / "tests/conformance" / folder).glob("test_*.py")
    }
    assert {path for path in written if path not in guide()} <= {
        "tests/conformance/conversion/test_vectors.py"
    }


def test_every_number_in_the_code_is_explained() -> None:
    listed = guide().partition("## Numbers in docstrings")[2]
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", listed, re.M))
    used: set[str] = set()
    for text in sources(
        "local_aws", "tests/conformance", "tests/unit", "lambda_transform", "producer", "scripts"
    ):
        for match in _REFERENCE.finditer(text):
            used |= set(re.findall(r"\d+(?:\.\d+)?", match[1]))
    for text in sources("tests/conformance/delivery", "tests/conformance/conversion"):
        used |= {f"{section}.{number}" for section, number in _NAMED_TEST.findall(text) if int(section) <= 16}
    assert len(used) > 40
    assert {number.partition(".")[0] for number in used} <= set(rows)


def test_every_setting_is_in_the_guide_with_its_default() -> None:
    for variable, value in Settings().to_environment().items():
        (row,) = re.findall(rf"^\| `{variable}` \| ([^|]+) \|", guide(), re.M)
        assert row.strip("`") == value or variable == "STREAMLAKE_STATE_DIR"
