"""Makes events from a data contract and sends them to a Kinesis stream."""
