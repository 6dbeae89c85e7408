"""The tables in the modules' READMEs, and the variables that nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import terraform_docs
from scripts.errors import ToolError
from scripts.paths import TERRAFORM

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = """
variable "name" {
  description = "What it is \\"called\\" | or <named>."
  type        = string
}

variable "buffering" {
  description = <<-EOT
    How much is gathered,
    and how long: $${seconds}.
  EOT
  type        = object({ size_mb = optional(number, 5), kinds = list(string) })
  default     = { size_mb = 5, kinds = ["a"] }
}

variable "forgotten" {
  type    = bool
  default = null
}
"""
OUTPUTS = """
output "zone" {
  description = "Where."
  value       = var.name
}

output "arn" {
  description = "Which."
  value       = var.buffering.size_mb
}
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "variables.tf").write_text(VARIABLES, encoding="utf-8")
    (tmp_path / "outputs.tf").write_text(OUTPUTS, encoding="utf-8")
    return tmp_path


def test_tables_of_a_module(module: Path) -> None:
    assert terraform_docs.tables(terraform_docs.read_interface(module)).splitlines() == [
        "### Inputs",
        "",
        "| name | what it is | type | default |",
        "|---|---|---|---|",
        '| `name` | What it is "called" \\| or &lt;named>. | `string` | required |',
        "| `buffering` | How much is gathered, and how long: ${seconds}. "
        '| `object({size_mb = optional(number, 5), kinds = list(string)})` | `{ size_mb = 5, kinds = ["a"] }` |',
        "| `forgotten` |  | `bool` | `null` |",
        "",
        "### Outputs",
        "",
        "| name | what it is |",
        "|---|---|",
        "| `arn` | Which. |",
        "| `zone` | Where. |",
    ]


def test_a_readme_keeps_what_stands_around_the_markers(module: Path) -> None:
    made = terraform_docs.tables(terraform_docs.read_interface(module))
    readme = f"# it\n\n{terraform_docs.BEGIN}\n\nold\n\n{terraform_docs.END}\n\nmore\n"
    written = terraform_docs.updated(readme, made, "README.md")
    assert written.startswith(f"# it\n\n{terraform_docs.BEGIN}\n\n### Inputs\n")
    assert written.endswith(f"| `zone` | Where. |\n\n{terraform_docs.END}\n\nmore\n")
    assert terraform_docs.updated(written, made, "README.md") == written


def test_a_readme_without_markers_is_refused(module: Path) -> None:
    with pytest.raises(ToolError, match=r"some/README\.md has not both lines"):
        terraform_docs.updated("# it\n", "", "some/README.md")


def test_a_file_that_is_no_hcl_is_named(module: Path) -> None:
    (module / "outputs.tf").write_text("output {{{", encoding="utf-8")
    with pytest.raises(ToolError, match=r"outputs\.tf cannot be read as HCL"):
        terraform_docs.read_interface(module)


def test_a_variable_that_nothing_uses_is_found(module: Path) -> None:
    assert terraform_docs.unused_variables(module) == ["forgotten"]


@pytest.mark.parametrize("folder", [TERRAFORM, *terraform_docs.modules()], ids=lambda folder: folder.name)
def test_every_variable_is_used(folder: Path) -> None:
    assert terraform_docs.unused_variables(folder) == []


def test_the_list_of_modules_takes_the_first_paragraph_of_each_readme(tmp_path: Path) -> None:
    folder = tmp_path / "stream"
    folder.mkdir()
    (folder / "README.md").write_text(
        "# stream\n\nA stream,\nwith <keys>.\n\n```hcl\n```\n", encoding="utf-8"
    )
    assert terraform_docs.listed([folder]).splitlines() == [
        "| module | what it is for |",
        "|---|---|",
        "| [`stream`](../terraform/modules/stream/README.md) | A stream, with &lt;keys>. |",
    ]


@pytest.mark.parametrize("folder", terraform_docs.modules(), ids=lambda folder: folder.name)
def test_every_input_and_output_is_described(folder: Path) -> None:
    interface = terraform_docs.read_interface(folder)
    assert [item.name for item in interface.inputs if not item.description] == []
    assert [item.name for item in interface.outputs if not item.description] == []


def test_every_document_is_in_step() -> None:
    stale = [
        document
        for document, wanted in terraform_docs.documents(terraform_docs.modules())
        if terraform_docs.updated(text := document.read_text(encoding="utf-8"), wanted, str(document)) != text
    ]
    assert stale == [], "run: python -m scripts.terraform_docs"
