"""Packs the transform Lambda, one zip per dataset: ``python -m scripts.package_transform``.

A zip holds the package ``lambda_transform`` (standard library only) and the dataset's contract as
``lambda_transform/contract.json``. The same sources give the same bytes on every machine, so a deployment changes the
function only when its code or its contract changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lambda_transform.contract import DATASET_KEYWORD, Contract, ContractError, load_all
from scripts import cli, packages
from scripts.errors import ToolError, UsageError
from scripts.packages import Package
from scripts.paths import REPOSITORY, SCHEMAS, TRANSFORM_PACKAGES

PACKAGE = REPOSITORY / "lambda_transform"
CONTRACT_NAME = "contract.json"


def main(arguments: Sequence[str]) -> int:
    """Pack what the arguments name; see ``--help``."""
    options = _parse(arguments)
    made = pack(options.schemas, options.out, options.dataset)
    for package in made:
        print(package)
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
    return [
        packages.write(out / f"{dataset}.zip", files(contract))
        for dataset, contract in contracts.items()
        if not datasets or dataset in datasets
    ]


def files(contract: Contract) -> dict[str, bytes]:
    """Return what the zip of a dataset's transform holds, by path."""
    document = {DATASET_KEYWORD: contract.dataset, **contract.document}
    minified = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return {**packages.sources(PACKAGE), f"{PACKAGE.name}/{CONTRACT_NAME}": minified}


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
