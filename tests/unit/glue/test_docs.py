"""The guide of the crawlers: what it names is there, and every test of a rule is named."""

from __future__ import annotations

import re

from local_aws.config import REPOSITORY_DIR

GUIDE = REPOSITORY_DIR / "docs" / "crawlers.md"
_RULE = re.compile(r"^\| [^|]+ \| (?P<files>`local_aws/[^|]+) \| (?P<tests>`tests/[^|]+) \|$", re.M)


def test_every_file_that_is_named_exists() -> None:
    named = re.findall(r"`((?:local_aws|tests)/[\w/.]+)`", GUIDE.read_text(encoding="utf-8"))
    assert len(named) > 60
    assert [path for path in named if not (REPOSITORY_DIR / path).exists()] == []


def test_every_conformance_test_of_crawlers_belongs_to_a_rule() -> None:
    rules = list(_RULE.finditer(GUIDE.read_text(encoding="utf-8")))
    assert len(rules) > 25
    named = {path for rule in rules for path in re.findall(r"`([^`]+)`", rule["tests"])}
    folder = REPOSITORY_DIR / "tests/conformance/glue"
    written = {path.relative_to(REPOSITORY_DIR).as_posix() for path in folder.glob("test_*.py")}
    assert written <= named
