"""An AWS that runs on this machine: a gateway in front of MiniStack, with its own Firehose and Athena.

`docs/local-aws.md` says how to start it, which of AWS's rules it follows, in which file and with which test, and
where it differs. `gateway` is the one port, `firehose` and `athena` are its services, `delivery` is the engine behind
Firehose, a process of its own.
"""

__version__ = "0.1.0"
