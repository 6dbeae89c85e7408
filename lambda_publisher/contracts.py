"""Judges events as the transform will: a mistake shows where it is made. Without contracts nothing is judged."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Final

from lambda_transform.contract import load_contract
from lambda_transform.errors import RefusedError
from lambda_transform.transform import Transform

# `<dataset>.json`, put there by the packager (scripts/package_functions.py).
CONTRACTS: Final = Path(__file__).with_name("contracts")


def problem(dataset: str, record: bytes) -> str | None:
    """Say why a dataset's contract does not accept a record; None when it does, or when there is no contract."""
    transform = _transform(CONTRACTS / f"{dataset}.json")
    if transform is None:
        return None
    transform.set_clock(time.time())
    try:
        transform.apply(record)
    except RefusedError as refused:
        return f"{refused.path}: {refused.detail}"
    return None


@cache
def _transform(path: Path) -> Transform | None:
    return Transform(load_contract(path)) if path.is_file() else None
