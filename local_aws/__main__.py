"""`python -m local_aws up | down | status | reset | serve | deliver | athena-worker | athena-reader`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from typing import TYPE_CHECKING

from local_aws.config import Settings
from local_aws.errors import LocalAwsError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_DONE, _FAILED, _WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give 0 when done, 1 when failed, 2 for wrong use."""
    options = _parser().parse_args(arguments)
    # Objects, records and logs are readable by their owner alone.
    os.umask(0o077)
    try:
        settings = Settings.from_environment()
        if options.port is not None:
            settings = dataclasses.replace(settings, port=options.port)
        return _run(options, settings)
    except SettingsError as error:
        _complain(error, options.debug)
        return _WRONG_USE
    except LocalAwsError as error:
        _complain(error, options.debug)
        return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_aws", description="The local AWS.")
    parser.add_argument("--port", type=int, help="port to listen on (default: STREAMLAKE_PORT, 4566)")
    parser.add_argument("--debug", action="store_true", help="show a traceback when something fails")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it in the background and wait until it answers")
    up.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    down = commands.add_parser("down", help="flush, save and stop it; no process stays behind")
    down.add_argument("--timeout", type=float, default=120.0, metavar="SECONDS")
    status = commands.add_parser("status", help="say whether it runs, and how it is")
    status.add_argument("--output", choices=("text", "json"), default="text")
    commands.add_parser("reset", help="empty it, running or not: everything deployed and all data")
    commands.add_parser("serve", help="run it in the foreground, until SIGTERM or Ctrl+C")
    commands.add_parser("deliver", help="run the delivery engine alone, against the running gateway")
    commands.add_parser("athena-worker", help="run statements of Athena; started by the gateway alone")
    commands.add_parser("athena-reader", help="read statements of Athena; started by the gateway alone")
    return parser


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "up":
        return _up(settings, options.timeout)
    if options.command == "down":
        return _down(settings, options.timeout)
    if options.command == "status":
        return _status(settings, options.output)
    if options.command == "reset":
        return _reset(settings)
    if options.command == "serve":
        from local_aws.gateway.server import serve

        return serve(settings)
    if options.command == "athena-worker":
        from local_aws.athena.workers.main import run

        run()
    if options.command == "athena-reader":
        from local_aws.athena.workers.reader_main import run as read

        read()
    return _deliver(settings)


def _up(settings: Settings, timeout_seconds: float) -> int:
    from local_aws import process

    started = process.up(settings, timeout_seconds)
    how = "runs already" if started.already_running else f"started in {started.seconds:.1f} s"
    _say(
        f"The local AWS {how}: {started.endpoint} (pid {started.pid}, log {settings.logs_dir / 'gateway.log'})"
    )
    if started.recovered and not started.already_running:
        _say(f"Note: {started.recovered}.")
    _say("Next: make deploy")
    return _DONE


def _down(settings: Settings, timeout_seconds: float) -> int:
    from local_aws import process

    stopped = process.down(settings, timeout_seconds)
    pids = ", ".join(map(str, stopped.killed))
    if stopped.pid is None:
        _say(f"No local AWS runs with the state folder {settings.state_dir}.")
        if stopped.killed:
            _say(f"Killed what a gateway that is gone had left: {pids}.")
    elif stopped.killed:
        _say(
            f"Killed after {timeout_seconds:g} s: {pids}; what was not delivered is read again at the next start, "
            "what MiniStack had not saved is lost."
        )
    elif stopped.problems:
        _say(
            f"The local AWS (pid {stopped.pid}) stopped in {stopped.seconds:.1f} s, but not everything was done:"
        )
    else:
        _say(f"The local AWS (pid {stopped.pid}) flushed, saved and stopped in {stopped.seconds:.1f} s.")
    for problem in stopped.problems:
        _say(f"  {problem}")
    _say("Next: make up")
    return _FAILED if stopped.killed or stopped.problems else _DONE


def _reset(settings: Settings) -> int:
    from local_aws import process

    seconds = process.reset(settings)
    _say(f"The local AWS with the state folder {settings.state_dir} is empty, in {seconds:.1f} s.")
    return _DONE


def _status(settings: Settings, output: str) -> int:
    from local_aws import orphans, process, running

    content = process.health(settings)
    if content is not None and content["state_dir"] != str(settings.state_dir):
        raise LocalAwsError(
            f"the instance at {settings.endpoint} (pid {content['pid']}) has the state folder "
            f"{content['state_dir']}, not {settings.state_dir}"
        )
    left = orphans.find(settings)
    before = (
        [f"processes of a gateway that is gone: {orphans.names(left)}; make down ends them"] if left else []
    )
    before += process.unsaved(settings) if content is None else []
    problems = [*(content["problems"] if content else ()), *before]
    if output == "json":
        told = {"problems": problems} if problems else {}
        _say(json.dumps({"running": content is not None, **(content or {}), **told}, indent=2))
    elif content is None:
        found = running.find(settings)
        _say(
            f"No local AWS answers at {settings.endpoint}."
            if found is None
            else f"The local AWS (pid {found[0].pid}) is there but does not answer at {settings.endpoint}."
        )
        for problem in problems:
            _say(f"  problem    {problem}")
        _say("Next: make up")
    else:
        _say(
            f"The local AWS runs at {content['endpoint']} (pid {content['pid']}, since {content['started_at']})"
        )
        _say(f"  state      {content['state_dir']}")
        _say(
            f"  services   {', '.join(content['services'])}; the others by MiniStack {content['ministack_version']}"
        )
        _say(f"  delivery   {content['delivery']['state']}")
        for problem in problems:
            _say(f"  problem    {problem}")
    return _DONE if content is not None and not problems else _FAILED


def _deliver(settings: Settings) -> int:
    from local_aws.delivery.engine import main as deliver
    from local_aws.parent import PARENT_PID_VARIABLE, end_with_parent

    parent_pid = os.environ.get(PARENT_PID_VARIABLE)
    if parent_pid:
        end_with_parent(int(parent_pid))
    return deliver(settings)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(error: LocalAwsError, debug: bool) -> None:
    if debug:
        raise error
    sys.stderr.write(f"error: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
