"""Writes the reference of the Terraform modules from what the modules say of themselves.

``python -m scripts.terraform_docs`` rewrites what stands between the two markers of each module's README and of the
list of all modules in docs/modules.md; with ``--check`` it only says which ones are out of step. A module's tables come
from its own .tf files, read with python-hcl2; the list takes the first paragraph of each README.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import cli
from scripts.errors import ToolError
from scripts.paths import REPOSITORY, TERRAFORM
from scripts.terraform_types import read_hcl, unquoted

BEGIN = "<!-- made by python -m scripts.terraform_docs from the .tf files: begin -->"
END = "<!-- end -->"

MODULE_LIST = REPOSITORY / "docs" / "modules.md"

_VARIABLE_USE = re.compile(r"\bvar\.([A-Za-z_][A-Za-z0-9_]*)")
_HEREDOC = re.compile(r"^<<-?(\w+)\n(.*)\n\s*\1$", re.DOTALL)


@dataclass(frozen=True)
class Input:
    """One variable: its type and default as HCL text; a default of None means that a value must be given."""

    name: str
    description: str
    type: str
    default: str | None


@dataclass(frozen=True)
class Output:
    """One output."""

    name: str
    description: str


@dataclass(frozen=True)
class Interface:
    """What a module takes and gives, each by name."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]


def modules(terraform: Path = TERRAFORM) -> list[Path]:
    """Return the folders of all modules."""
    return sorted(path.parent for path in terraform.glob("modules/*/variables.tf"))


def read_interface(folder: Path) -> Interface:
    """Read a module's variables and outputs.

    :raises ToolError: a file is no HCL.
    """
    inputs = tuple(
        Input(
            name,
            _text(body.get("description", "")),
            _expression(body.get("type", "any")),
            _expression(body["default"]) if "default" in body else None,
        )
        for name, body in _blocks(folder / "variables.tf", "variable")
    )
    outputs = tuple(
        Output(name, _text(body.get("description", "")))
        for name, body in _blocks(folder / "outputs.tf", "output")
    )
    return Interface(
        tuple(sorted(inputs, key=_by_need)), tuple(sorted(outputs, key=lambda output: output.name))
    )


def tables(interface: Interface) -> str:
    """Return the Markdown of a module's two tables."""
    lines = ["### Inputs", "", "| name | what it is | type | default |", "|---|---|---|---|"]
    for item in interface.inputs:
        default = "required" if item.default is None else _code(item.default)
        lines.append(f"| `{item.name}` | {_cell(item.description)} | {_code(item.type)} | {default} |")
    lines += ["", "### Outputs", "", "| name | what it is |", "|---|---|"]
    lines += [f"| `{item.name}` | {_cell(item.description)} |" for item in interface.outputs]
    return "\n".join(lines)


def updated(text: str, made: str, name: str) -> str:
    """Return a document's text with what was made today between its markers.

    :raises ToolError: a marker is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ToolError(f"{name} has not both lines: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def purpose(readme: str) -> str:
    """Return what a README says between its title and the first thing that is no text, on one line."""
    paragraphs = [part for part in readme.split("\n\n") if part and not part.startswith("#")]
    return " ".join(paragraphs[0].split())


def listed(folders: Sequence[Path]) -> str:
    """Return the Markdown table of all modules: name, purpose, the example that shows it."""
    lines = ["| module | what it is for |", "|---|---|"]
    for folder in folders:
        said = purpose((folder / "README.md").read_text(encoding="utf-8"))
        lines.append(f"| [`{folder.name}`](../terraform/modules/{folder.name}/README.md) | {_cell(said)} |")
    return "\n".join(lines)


def documents(folders: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each document with what must stand between its markers.

    :raises ToolError: a module has no README, or a file is no HCL.
    """
    for folder in folders:
        readme = folder / "README.md"
        if not readme.is_file():
            raise ToolError(f"terraform/modules/{folder.name} has no README.md")
        yield readme, tables(read_interface(folder))
    yield MODULE_LIST, listed(folders)


def unused_variables(folder: Path) -> list[str]:
    """Return the variables of a module that none of its files uses, its validations aside."""
    declared = {name for name, _ in _blocks(folder / "variables.tf", "variable")}
    used: set[str] = set()
    for file in folder.glob("*.tf"):
        if file.name != "variables.tf":
            used.update(_VARIABLE_USE.findall(file.read_text(encoding="utf-8")))
    return sorted(declared - used)


def _blocks(file: Path, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in read_hcl(file).get(kind, []):
        for name, body in block.items():
            yield unquoted(name), body


def _by_need(item: Input) -> tuple[bool, str]:
    return item.default is not None, item.name


def _text(value: str) -> str:
    """Return what a string literal or heredoc says, on one line."""
    plain = value.removeprefix('"').removesuffix('"')
    heredoc = _HEREDOC.match(plain)
    said = textwrap.dedent(heredoc[2]) if heredoc else plain.replace('\\"', '"').replace("\\n", "\n")
    return " ".join(said.replace("$${", "${").replace("%%{", "%{").split())


def _expression(value: Any) -> str:
    """Return an expression as it would stand in HCL."""
    if isinstance(value, str):
        return value[2:-1] if value.startswith("${") and value.endswith("}") else value
    if isinstance(value, Mapping):
        members = [
            f"{key} = {_expression(member)}" for key, member in value.items() if not key.startswith("__")
        ]
        return f"{{ {', '.join(members)} }}" if members else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_expression, value))}]"
    return json.dumps(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def main(arguments: Sequence[str]) -> int:
    """Bring the READMEs up to date, or say which are not."""
    made = cli.parser(
        "scripts.terraform_docs", "Write the tables of the modules' READMEs and the list of modules."
    )
    made.add_argument(
        "--check", action="store_true", help="change nothing; fail when a document is out of step"
    )
    check = made.parse_args(arguments).check

    stale = []
    for document, wanted in documents(modules()):
        name = str(document.relative_to(REPOSITORY))
        text = document.read_text(encoding="utf-8")
        new = updated(text, wanted, name)
        if new != text:
            stale.append(name)
            if not check:
                document.write_text(new, encoding="utf-8")
    if check and stale:
        raise ToolError(f"out of step: {', '.join(stale)}; run: python -m scripts.terraform_docs")
    print(f"{len(modules())} modules, {len(stale)} documents rewritten")
    return cli.DONE


if __name__ == "__main__":
    sys.exit(cli.run(main))
