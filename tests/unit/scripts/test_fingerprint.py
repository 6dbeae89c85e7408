from __future__ import annotations

from pathlib import Path

from scripts import fingerprint
from scripts.targets import Target

TARGET = Target("local", "local", "http://127.0.0.1:4566", "000000000000", "us-east-1")


def test_any_change_of_what_is_deployed_changes_it(tmp_path: Path) -> None:
    for name in ("terraform/main.tf", "terraform/modules/a/main.tf", "schemas/x.schema.json", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    first = fingerprint.of(TARGET, tmp_path)
    (tmp_path / "README.md").write_text("2", encoding="utf-8")
    assert fingerprint.of(TARGET, tmp_path) == first
    seen = {
        first,
        fingerprint.of(
            Target("local", "local", "http://127.0.0.1:4567", "000000000000", "us-east-1"), tmp_path
        ),
    }
    for name in (
        "terraform/main.tf",
        "terraform/modules/a/main.tf",
        "schemas/x.schema.json",
        "schemas/y.schema.json",
    ):
        (tmp_path / name).write_text("2", encoding="utf-8")
        seen.add(fingerprint.of(TARGET, tmp_path))
    assert len(seen) == 6


def test_a_mark_is_kept_until_it_is_forgotten(tmp_path: Path) -> None:
    assert not fingerprint.unchanged(TARGET, tmp_path)
    fingerprint.remember(TARGET, tmp_path)
    assert fingerprint.unchanged(TARGET, tmp_path)
    assert not fingerprint.unchanged(
        Target("local", "dev", TARGET.endpoint, "000000000000", "us-east-1"), tmp_path
    )
    fingerprint.forget(TARGET, tmp_path)
    assert not fingerprint.unchanged(TARGET, tmp_path)
