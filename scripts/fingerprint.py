"""Remembers what was deployed to the local target, so that a demo on the running lake need not ask Terraform.

The mark lies beside the local AWS's own state: when that is thrown away, so is the mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from local_aws.config import Settings
from local_aws.durable import write_file
from scripts.paths import REPOSITORY
from scripts.targets import Target

INPUTS = (
    "terraform/*.tf",
    "terraform/.terraform.lock.hcl",
    "terraform/environments/*.tfvars",
    "terraform/modules/**/*.tf",
    "terraform/modules/**/*.tftpl",
    "schemas/*.schema.json",
    "build/transform/*.zip",
)


def of(target: Target, repository: Path = REPOSITORY) -> str:
    """Return a digest of everything that a deployment to the target is made from."""
    digest = hashlib.sha256(json.dumps(asdict(target), sort_keys=True).encode())
    for file in _files(repository):
        digest.update(f"\0{file.relative_to(repository)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def remember(target: Target, state: Path | None = None) -> None:
    """Mark that exactly this is deployed."""
    write_file(_mark(target, state), of(target).encode())


def forget(target: Target, state: Path | None = None) -> None:
    """Take the mark away: what is deployed is about to change."""
    _mark(target, state).unlink(missing_ok=True)


def unchanged(target: Target, state: Path | None = None) -> bool:
    """Say whether what is deployed is what would be deployed now."""
    mark = _mark(target, state)
    return mark.is_file() and mark.read_text(encoding="utf-8") == of(target)


def _mark(target: Target, state: Path | None) -> Path:
    return (state or Settings.from_environment().state_dir) / f"deployed-{target.workspace}.sha256"


def _files(repository: Path) -> Iterator[Path]:
    for pattern in INPUTS:
        yield from sorted(repository.glob(pattern))
