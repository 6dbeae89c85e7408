"""jq as Firehose runs it: version 1.6, on users' queries, with a budget and without a view of this machine.

| module | what it does |
|---|---|
| `tokens` | splits a query into tokens, as jq's lexer does |
| `language` | says what 1.6 does not have and what a query of Firehose must not use |
| `program` | makes the bundled, later jq behave as 1.6 |
| `worker` | the process that runs queries; it imports nothing that holds data |
| `sandbox` | starts workers and talks to them |
"""
