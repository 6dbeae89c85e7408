"""CloudWatch's metrics, alarms and dashboards behind the gateway.

`metric`         what a metric is, and the measurements that PutMetricData brings
`statistics`     what is kept of the measurements of a second or a minute, and the statistics of it
`points`         where that is kept
`series`         the data points of a query: statistics of metrics, and expressions of them (`expressions`)
`alarm`          an alarm's configuration and state
`evaluation`     from data points to a state: the rules of missing data
`evaluator`      looks at all alarms by the clock and carries out what a change of state asks for
`notifications`  the message of an alarm, and who publishes it
`registry`       where alarms, their history and dashboards are kept
`observed`       the metrics of other services, from the requests that pass the gateway
`service`        the API
"""
