"""An AWS that runs on this machine: a gateway in front of MiniStack, with a Firehose and an Athena of its own."""
