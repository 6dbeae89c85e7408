"""The Firehose transform: validates, enriches and partitions records by the data contract in its zip."""
