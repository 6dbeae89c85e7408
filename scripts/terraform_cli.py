"""Finds Terraform and its provider on this machine, downloads Terraform where there is none.

``python -m scripts.terraform_cli`` is the part of ``make setup`` that does this; the rest of the tools call
:func:`binary` and :func:`environment`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from scripts import cli
from scripts.errors import ToolError, UsageError
from scripts.paths import TOOLS

MINIMUM_VERSION = (1, 9)
RELEASE = "1.11.4"
RELEASE_SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
REGISTRY_HOST = "registry.terraform.io"
# Terraform looks into these by itself, but only when no CLI configuration says anything about installation.
STANDARD_PLUGIN_FOLDERS = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "~/Library/Application Support/io.terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)
OPTIONAL_SOFTWARE_FOLDERS = ("/opt", "/usr/local", "/srv")


def binary() -> str:
    """Return the path of a terraform (or tofu) of at least :data:`MINIMUM_VERSION`.

    What the variable ``TERRAFORM`` names, and nothing else when it is set. Otherwise ``terraform`` and then ``tofu`` on
    PATH, then the release that setup downloaded.

    :raises ToolError: there is none; the message names what was found and what to do.
    """
    seen = []
    for candidate in _candidates():
        version = _version(candidate)
        if version >= MINIMUM_VERSION:
            return candidate
        seen.append(f"{candidate} {'.'.join(map(str, version))}")
    chosen = os.environ.get("TERRAFORM")
    if chosen:
        found = f"is {seen[0].split()[-1]}" if seen else "is not on PATH"
        raise ToolError(
            f"TERRAFORM={chosen} {found}; name a terraform or tofu >= {'.'.join(map(str, MINIMUM_VERSION))}"
        )
    found = f"found only {', '.join(seen)}" if seen else "none found on PATH"
    raise ToolError(f"terraform >= {'.'.join(map(str, MINIMUM_VERSION))} is needed, {found}; run: make setup")


def environment() -> dict[str, str]:
    """Return the variables under which terraform finds its provider, on top of today's environment.

    A CLI configuration of the user's own (``TF_CLI_CONFIG_FILE`` naming a file that exists) is left alone. Otherwise
    one is generated: with the provider mirror found on this machine, or empty, so that the registry is used.
    """
    given = os.environ.get("TF_CLI_CONFIG_FILE")
    if given and Path(given).is_file():
        return {}
    configuration = TOOLS / "terraform.rc"
    text = _cli_configuration(find_mirror())
    if not configuration.is_file() or configuration.read_text(encoding="utf-8") != text:
        configuration.parent.mkdir(parents=True, exist_ok=True)
        configuration.write_text(text, encoding="utf-8")
    return {"TF_CLI_CONFIG_FILE": str(configuration)}


def find_mirror(variables: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder that holds ``registry.terraform.io``, if this machine has one.

    ``TF_PLUGIN_MIRROR`` first, then Terraform's standard plugin folders, then one level below the usual
    system-wide folders for optional software.

    :raises UsageError: ``TF_PLUGIN_MIRROR`` names a folder that is no mirror.
    """
    named = variables.get("TF_PLUGIN_MIRROR")
    if named:
        if not (Path(named) / REGISTRY_HOST).is_dir():
            raise UsageError(f"TF_PLUGIN_MIRROR={named}: there is no folder {REGISTRY_HOST} in it")
        return Path(named)
    return next((folder for folder in _mirror_candidates() if (folder / REGISTRY_HOST).is_dir()), None)


def _mirror_candidates() -> Iterator[Path]:
    for folder in STANDARD_PLUGIN_FOLDERS:
        yield Path(folder).expanduser()
    for parent in OPTIONAL_SOFTWARE_FOLDERS:
        if Path(parent).is_dir():
            yield from sorted(Path(parent).iterdir())


def _cli_configuration(mirror: Path | None) -> str:
    if mirror is None:
        return ""
    path = json.dumps(str(mirror))
    return (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path = {path}\n  }}\n"
        '  direct {\n    exclude = ["registry.terraform.io/hashicorp/aws"]\n  }\n'
        "}\n"
    )


def _candidates() -> Iterator[str]:
    chosen = os.environ.get("TERRAFORM")
    if chosen:
        named = shutil.which(chosen)
        if named:
            yield named
        return
    for name in ("terraform", "tofu"):
        found = shutil.which(name)
        if found:
            yield found
    if _downloaded().is_file():
        yield str(_downloaded())


def _downloaded() -> Path:
    return TOOLS / "bin" / "terraform"


def _version(path: str) -> tuple[int, ...]:
    # Not `version -json`: a TF_CLI_CONFIG_FILE that names a missing file puts a warning into that output.
    answer = subprocess.run([path, "version"], capture_output=True, text=True, check=False)
    match = re.search(r"^(?:Terraform|OpenTofu) v(\d+)\.(\d+)\.(\d+)", answer.stdout, re.MULTILINE)
    return tuple(int(part) for part in match.groups()) if match else (0,)


def download() -> Path:
    """Download the pinned Terraform release for this machine and check its SHA-256.

    :raises ToolError: no pinned release for this platform, no network, or a wrong checksum.
    """
    system = platform.system().lower()
    machine = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower(), platform.machine()
    )
    key = f"{system}_{machine}"
    expected = RELEASE_SHA256.get(key)
    if expected is None:
        known = ", ".join(sorted(RELEASE_SHA256))
        raise ToolError(
            f"no terraform on PATH and no pinned release for {key} (only {known}); install terraform >= 1.9"
        )
    url = f"https://releases.hashicorp.com/terraform/{RELEASE}/terraform_{RELEASE}_{key}.zip"
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            archive = answer.read()
    except OSError as error:
        raise ToolError(
            f"terraform {RELEASE} could not be downloaded from {url}: {error}; install it and put it on PATH"
        ) from error
    return install(archive, expected, _downloaded())


def install(archive: bytes, expected_sha256: str, target: Path) -> Path:
    """Check the archive, then write its ``terraform`` to ``target``, executable.

    :raises ToolError: the SHA-256 differs; nothing is written.
    """
    actual = hashlib.sha256(archive).hexdigest()
    if actual != expected_sha256:
        raise ToolError(
            f"terraform download has SHA-256 {actual}, expected {expected_sha256}; nothing was installed"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(BytesIO(archive)) as content:
        target.write_bytes(content.read("terraform"))
    target.chmod(0o755)
    return target


def main(arguments: Sequence[str]) -> int:
    """Make sure that terraform is there and say which one, and where its provider comes from."""
    cli.parser(
        "scripts.terraform_cli", "Find terraform and its provider; download terraform if there is none."
    ).parse_args(arguments)
    try:
        path = binary()
    except ToolError:
        if os.environ.get("TERRAFORM"):  # somebody's choice is not replaced by another
            raise
        path = str(download())
    environment()
    mirror = find_mirror()
    print(f"terraform: {path} {'.'.join(map(str, _version(path)))}; provider from {mirror or 'the registry'}")
    return cli.DONE


if __name__ == "__main__":
    sys.exit(cli.run(main))
