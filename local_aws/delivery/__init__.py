"""The delivery engine: what Firehose does between a source and S3, as a pipeline of small stages.

One module is one stage, in the order of reference 0.3 (`docs/local-aws.md` lists the numbers and every rule):

| module | does |
|---|---|
| `kinesis`, `kinesis_api`, `direct_put` | read records from the source |
| `kpl` | takes KPL aggregates apart |
| `backup` | keeps every source record as it came |
| `unpack` | what is done before the transform: the next three, record by record |
| `decompression`, `cloudwatch_logs` | unpack CloudWatch Logs subscriptions |
| `deaggregate` | splits a record that holds several |
| `lanes`, `transform`, `invoker` | Lambda: which records make a batch, one batch, one call |
| `extraction`, `partitioning` | partition keys from jq and from Lambda |
| `delimiter` | appends a newline |
| `buffers` | collects records until size or age is reached |
| `glue_schema`, `conversion` | JSON to the columns of a Glue table, as Parquet or ORC |
| `encoding`, `compression` | the bytes of an object |
| `prefix`, `java_time`, `objects` | its key and headers |
| `sink`, `outbox`, `s3` | write it exactly once |
| `error_documents` | what stands under the error prefix for a record that failed |
| `metrics`, `logs`, `log_codes` | CloudWatch |
| `checkpoint`, `ledger`, `ordinals`, `journal` | what is remembered between two runs |

`config` reads a delivery stream's description, `pipeline` is the order of the stages, `worker` gives a delivery stream
its threads, `engine` keeps one worker for each. `records`, `intake`, `clock`, `status` and `errors` serve all of them.
"""
