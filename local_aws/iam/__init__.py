"""Who calls, and what they may do, for the requests that the gateway answers itself.

Switched on by `STREAMLAKE_AUTH` (see `local_aws.config`); MiniStack then does the same for its own services.

`evaluator`      signatures and policies, by MiniStack's evaluator: one judge for all services
`actions`        which IAM actions and resources an operation needs
`services`       AWS's own services as callers: they have keys of their own and assume roles by their trust policies
`documents`      policy documents that this evaluator would get wrong are refused when they are written
`authorization`  the above, put together for the gateway
"""
