"""Packs the transform Lambda, one zip per dataset: ``python -m scripts.package_transform``.

A zip holds the package ``lambda_transform`` (standard library only) and the dataset's contract as
``lambda_transform/contract.json``. The same sources give the same bytes on every machine, so a deployment changes the
function only when its code or its contract changed.
"""

from __future__ import annotations

import argparse
import io
import json
import stat
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lambda_transform.contract import DATASET_KEYWORD, Contract, ContractError, load_all
from scripts import cli
from scripts.errors import ToolError, UsageError
from scripts.paths import REPOSITORY, SCHEMAS, TRANSFORM_PACKAGES

PACKAGE = REPOSITORY / "lambda_transform"
CONTRACT_NAME = "contract.json"

# The earliest time a zip can hold: when the files were written must not change the bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class Package:
    """One zip as it is on disk now. ``changed`` says whether this run wrote it."""

    dataset: str
    path: Path
    size_bytes: int
    changed: bool


def main(arguments: Sequence[str]) -> int:
    """Pack what the arguments name; see ``--help``."""
    options = _parse(arguments)
    packages = pack(options.schemas, options.out, options.dataset)
    for package in packages:
        state = "written" if package.changed else "unchanged"
        print(f"{_shown(package.path)}: {package.size_bytes / 1024:.0f} KiB, {state}")
    return cli.DONE


def pack(schemas: Path, out: Path, datasets: Sequence[str] = ()) -> list[Package]:
    """Pack the transform of the given datasets, or of all; a zip that would have the same bytes is left alone.

    :raises ToolError: a contract is malformed, or a zip cannot be written.
    :raises UsageError: a dataset has no contract.
    """
    try:
        contracts = load_all(schemas)
    except ContractError as error:
        raise ToolError(str(error)) from error
    for dataset in datasets:
        if dataset not in contracts:
            raise UsageError(
                f"no contract for dataset {dataset!r} in {schemas}; there are: {', '.join(contracts)}"
            )
    sources = {path.name: path.read_bytes() for path in sorted(PACKAGE.glob("*.py"))}
    return [
        _write(out / f"{dataset}.zip", dataset, zip_bytes(contract, sources))
        for dataset, contract in contracts.items()
        if not datasets or dataset in datasets
    ]


def zip_bytes(contract: Contract, sources: Mapping[str, bytes]) -> bytes:
    """Make a zip of the package's source files and a contract. The bytes depend on nothing else.

    Stored, not deflated: other versions of zlib compress to other bytes, and the whole is small.
    """
    document = {DATASET_KEYWORD: contract.dataset, **contract.document}
    minified = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted({**sources, CONTRACT_NAME: minified}.items()):
            entry = zipfile.ZipInfo(f"{PACKAGE.name}/{name}", _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _write(path: Path, dataset: str, content: bytes) -> Package:
    try:
        changed = not path.is_file() or path.read_bytes() != content
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".zip.partial")
            partial.write_bytes(content)
            partial.replace(path)  # never a half-written zip for a deployment that runs meanwhile
    except OSError as error:
        raise ToolError(f"{path} cannot be written: {error.strerror or error}") from error
    return Package(dataset, path, len(content), changed)


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.package_transform", "Pack the transform Lambda, one zip per dataset.")
    made.add_argument(
        "--dataset", action="append", default=[], help="only this one (may be repeated; default: all)"
    )
    made.add_argument(
        "--schemas", type=Path, default=SCHEMAS, help="folder of the contracts (default: schemas)"
    )
    made.add_argument(
        "--out", type=Path, default=TRANSFORM_PACKAGES, help="folder for the zips (default: build/transform)"
    )
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
