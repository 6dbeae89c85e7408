"""Find settings that Terraform would drop without a word: ``python -m scripts.check_settings FOLDER ...``.

Looks at variable files (`*.tfvars`, `*.tfvars.json`, also under `environments/`) and at calls of modules whose source
is a folder here, or one of this repository's modules by its name (`...//terraform/modules/<name>?ref=...`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts import cli
from scripts.errors import ToolError, UsageError
from scripts.paths import TERRAFORM
from scripts.terraform_types import Unknown, read_hcl, unknown_attributes, unquoted, variable_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scripts.terraform_types import Type

_OURS = re.compile(r"//terraform/modules/(\w+)(?:[?].*)?$")


def check(variable_files: Sequence[Path], folder: Path = TERRAFORM) -> None:
    """Refuse variable files with settings that the module in `folder` does not have.

    :raises UsageError: with one line for each such setting.
    """
    types = variable_types(folder)
    found = [f"{file.name}: {one}" for file in variable_files for one in in_variables(file, types)]
    if found:
        raise UsageError("; ".join(found))


def in_variables(file: Path, types: Mapping[str, Type]) -> Iterator[Unknown]:
    """Yield what a variable file sets and its variables do not have. Whole variables are Terraform's to refuse."""
    values = json.loads(file.read_text("utf-8")) if file.suffix == ".json" else read_hcl(file)
    for name, value in values.items():
        if unquoted(name) in types:
            yield from unknown_attributes(value, types[unquoted(name)], unquoted(name))


def in_calls(folder: Path) -> Iterator[tuple[Path, Unknown]]:
    """Yield what the calls of modules in a folder set and the modules do not have, with the file of the call."""
    for file in sorted(folder.glob("*.tf")):
        for block in read_hcl(file).get("module", []):
            for name, arguments in block.items():
                called = _called(folder, unquoted(str(arguments.get("source", ""))))
                if called is None:
                    continue
                for unknown in _in_call(arguments, variable_types(called), f"module.{unquoted(name)}"):
                    yield file, unknown


def _in_call(arguments: Mapping[str, Any], types: Mapping[str, Type], path: str) -> Iterator[Unknown]:
    for argument, value in arguments.items():
        if argument in types:
            yield from unknown_attributes(value, types[argument], f"{path}.{argument}")


def _called(folder: Path, source: str) -> Path | None:
    if source.startswith("."):
        return folder / source
    ours = _OURS.search(source)
    if ours is None:
        return None
    module = TERRAFORM / "modules" / ours[1]
    if not module.is_dir():
        raise ToolError(f"{source} names the module {ours[1]}, which this repository does not have")
    return module


def main(arguments: Sequence[str]) -> int:
    """Look at each folder; exit with 1 when something would be dropped."""
    made = cli.parser(
        "scripts.check_settings", "Find misspelt attributes in Terraform variable files and module calls."
    )
    made.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[TERRAFORM],
        help="folders with .tf files (default: terraform)",
    )
    folders = made.parse_args(arguments).folders
    found: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder")
        types = variable_types(folder)
        files = sorted(
            [*folder.glob("*.tfvars"), *folder.glob("*.tfvars.json"), *folder.glob("environments/*.tfvars")]
        )
        found += [f"{file}: {one}" for file in files for one in in_variables(file, types)]
        found += [f"{file}: {one}" for file, one in in_calls(folder)]
    if found:
        raise ToolError("\n".join(found))
    print(f"{len(folders)} folders: every setting is one that its variable has")
    return cli.DONE


if __name__ == "__main__":
    sys.exit(cli.run(main))
