"""Suites that other projects wrote, run against the local AWS (`make test-peers`)."""
