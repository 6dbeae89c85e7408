"""Firehose's control plane and the intake of direct-PUT records; what delivers is `local_aws.delivery`.

| module | does |
|---|---|
| `service` | every operation of the API |
| `validation` | what is refused at creation and update, one module for each concern |
| `destination`, `description` | defaults, merging of updates, what is described |
| `expressions` | the grammar of prefixes, for the checks here and for the engine |
| `dependencies` | what is looked up in Glue, Kinesis and KMS |
| `stream`, `store`, `tags` | a delivery stream, and where it is kept |
| `intake`, `spool` | PutRecord and PutRecordBatch, durable before they are answered |
| `errors` | the errors of the API |
"""
