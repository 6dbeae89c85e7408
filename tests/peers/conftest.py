"""The suites of other projects have environments of their own and are run by `tests.peers.run` (`make test-peers`)."""

collect_ignore = ["plugins", "sqlalchemy_dialect"]
