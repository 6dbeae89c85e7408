"""The delivery engine: what Firehose does between a source and S3, as a pipeline of small stages.

One module is one stage, in the order of reference 0.3:

| module | does |
|---|---|
| `kinesis`, `direct_put` | read records from the source |
| `kpl` | takes KPL aggregates apart |
| `backup` | keeps every source record as it came |
| `decompression`, `cloudwatch_logs` | unpack CloudWatch Logs subscriptions |
| `deaggregate` | splits a record that holds several |
| `transform` | Lambda |
| `extraction`, `partitioning` | partition keys from jq and from Lambda |
| `delimiter` | appends a newline |
| `buffers` | collects records until size or age is reached |
| `conversion` | JSON to Parquet or ORC |
| `prefix`, `objects`, `compression` | the object's key, headers and bytes |
| `outbox`, `s3`, `checkpoint` | write it exactly once, and remember that |

`engine` runs one `worker` for each delivery stream; `pipeline` is the order of the stages.
"""
