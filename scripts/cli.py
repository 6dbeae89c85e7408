"""What every command-line tool here shares: exit codes, one-line errors, tracebacks only on request."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from scripts.errors import ToolError, UsageError

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every error here does, and leaves the usage to ``--help``."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see: {self.prog} --help")


def parser(module: str, description: str) -> argparse.ArgumentParser:
    """Make an argument parser for ``python -m <module>`` with the options every tool has."""
    made = _Parser(prog=f"python -m {module}", description=description)
    made.add_argument("--debug", action="store_true", help="show a traceback when something fails")
    return made


def run(main: Callable[[Sequence[str]], int], argv: Sequence[str] | None = None) -> int:
    """Run ``main(arguments)`` and turn what it raises into one line on stderr and an exit code.

    0 done, 1 failed, 2 wrong use, 130 interrupted. ``--debug`` anywhere shows the traceback.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments or os.environ.get("STREAMLAKE_DEBUG") == "1"
    try:
        return main(arguments)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) went away: nothing is wrong, and the interpreter's own last flush must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except UsageError as error:
        _report(error, debug)
        return WRONG_USE
    except ToolError as error:
        _report(error, debug)
        return FAILED
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"botocore", "boto3"}:
            raise
        _report(error, debug)
        return FAILED


def _report(error: Exception, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    print(f"error: {error}", file=sys.stderr)
