"""The environment of functions: what AWS gives them and what they are configured with, nothing of the gateway's own.

MiniStack starts a function's interpreter with all variables of its own process: keys that a person has in the shell,
and the settings of the gateway. Two things stand against that. Variables that the gateway does not need are taken out
of its process. And MiniStack gets another interpreter to start: a small script that drops what is left before it
starts the real one. What is configured for a function reaches it apart from that, in its first message.
"""

from __future__ import annotations

import multiprocessing
import os
import shlex
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What the gateway, its engine and their interpreters may need of the person's environment.
_NEEDED = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"}
)
_NEEDED_PREFIXES = ("COVERAGE_", "LC_", "LD_", "PYTHON", "STREAMLAKE_")
# AWS rule: the variables that Lambda sets for every function; here their values are the gateway's.
_GIVEN = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LANG",
        "LD_LIBRARY_PATH",
        "PATH",
        "TMPDIR",
        "TZ",
    }
)


def drop_foreign_variables() -> None:
    """Take out of this process's environment what no part of the local AWS needs."""
    for name in tuple(os.environ):
        if name not in _NEEDED and not name.startswith(_NEEDED_PREFIXES):
            del os.environ[name]


def confine_functions(run_dir: Path, scratch: Path) -> None:
    """Let MiniStack start functions by an interpreter that drops the gateway's variables.

    Every other program that is started with `sys.executable` gets the real one, with its environment as it is:
    functions are known by the folder of their first argument.
    """
    real = sys.executable
    dropped = sorted(name for name in os.environ if name not in _GIVEN and name.isidentifier())
    script = run_dir / "function-python"
    script.unlink(missing_ok=True)
    script.write_text(
        "#!/bin/sh\n"
        f'case "$1" in {shlex.quote(str(scratch))}/*) unset {" ".join(map(shlex.quote, dropped))} ;; esac\n'
        f'exec {shlex.quote(real)} "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o700)
    multiprocessing.set_executable(real)
    sys.executable = str(script)
