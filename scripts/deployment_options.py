"""The options with which a tool is pointed at another lake than the one deployed last."""

from __future__ import annotations

import argparse

from scripts.targets import DEFAULT_ENVIRONMENTS, Target, resolve


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--target`` and ``--environment``."""
    parser.add_argument(
        "--target", choices=tuple(DEFAULT_ENVIRONMENTS), help="default: what was deployed last"
    )
    parser.add_argument("--environment", help="default: what was deployed last, or the target's usual one")


def chosen_target(options: argparse.Namespace) -> Target | None:
    """Return the target that was asked for, or ``None`` for the one deployed last."""
    return resolve(options.target, options.environment) if options.target else None
