"""An AWS that runs on this machine: a gateway in front of MiniStack, with its own Firehose and Athena."""

__version__ = "0.1.0"
