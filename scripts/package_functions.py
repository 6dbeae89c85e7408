"""Packs the lake's other Lambda functions: ``python -m scripts.package_functions``.

``publisher.zip`` holds the publisher, the transform's code that judges records, and every dataset's contract;
``compaction.zip`` holds the compaction. Nothing else is needed: boto3 is part of Lambda's Python.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lambda_transform.contract import DATASET_KEYWORD, ContractError, load_all
from scripts import cli, packages
from scripts.errors import ToolError
from scripts.packages import Package
from scripts.paths import FUNCTION_PACKAGES, REPOSITORY, SCHEMAS

PUBLISHER, COMPACTION, TRANSFORM = (
    REPOSITORY / f"lambda_{name}" for name in ("publisher", "compaction", "transform")
)


def main(arguments: Sequence[str]) -> int:
    """Pack what the arguments name; see ``--help``."""
    options = _parse(arguments)
    for package in pack(options.schemas, options.out):
        print(package)
    return cli.DONE


def pack(schemas: Path, out: Path) -> list[Package]:
    """Pack the functions; a zip that would have the same bytes is left alone.

    :raises ToolError: a contract is malformed, or a zip cannot be written.
    """
    return [
        packages.write(out / "publisher.zip", publisher_files(schemas)),
        packages.write(out / "compaction.zip", packages.sources(COMPACTION)),
    ]


def publisher_files(schemas: Path) -> dict[str, bytes]:
    """Return what the publisher's zip holds, by path.

    :raises ToolError: a contract is malformed.
    """
    try:
        contracts = load_all(schemas)
    except ContractError as error:
        raise ToolError(str(error)) from error
    packed = {
        f"{PUBLISHER.name}/contracts/{dataset}.json": json.dumps(
            {DATASET_KEYWORD: dataset, **contract.document}, ensure_ascii=False, separators=(",", ":")
        ).encode()
        for dataset, contract in contracts.items()
    }
    return {**packages.sources(PUBLISHER), **packages.sources(TRANSFORM), **packed}


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.package_functions", "Pack the publisher and the compaction.")
    made.add_argument(
        "--schemas", type=Path, default=SCHEMAS, help="folder of the contracts (default: schemas)"
    )
    made.add_argument(
        "--out", type=Path, default=FUNCTION_PACKAGES, help="folder for the zips (default: build/functions)"
    )
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
