"""List prices of AWS that an estimate takes, in US dollars, us-east-1. Each name has its section of the price list.

The dates are those on which the prices were published or looked up; nothing here is fetched.
"""

from __future__ import annotations

PRICES_OF = "us-east-1, list prices as published between July 2024 and May 2026"

# Kinesis Data Streams, reference 12.1.
SHARD_HOUR = 0.015
MILLION_PUT_UNITS = 0.014
SHARD_HOUR_EXTENDED = 0.020  # retention over 24 h, up to 7 days
GB_MONTH_LONG_TERM = 0.023  # retention over 7 days, in either mode
FAN_OUT_SHARD_HOUR = 0.015
FAN_OUT_GB = 0.013
STREAM_HOUR = 0.04
ON_DEMAND_GB_IN = 0.08
ON_DEMAND_GB_OUT = 0.04
ON_DEMAND_FAN_OUT_GB = 0.05
ON_DEMAND_GB_MONTH_EXTENDED = 0.10

# Firehose, reference 12.2: up to so many GB of a month, at so much each.
INGEST_GB = ((500 * 1024, 0.029), (2000 * 1024, 0.025), (float("inf"), 0.020))
CONVERSION_GB = 0.018
PARTITIONING_GB = 0.020
THOUSAND_PARTITIONED_OBJECTS = 0.005
JQ_HOUR = 0.07
ICEBERG_GB = 0.045

# S3 Standard, reference 12.3.
S3_GB_MONTH = 0.023
S3_THOUSAND_PUT = 0.005

# Others, reference 12.4.
ATHENA_TB = 5.0
CRAWLER_DPU_HOUR = 0.44
CRAWLER_MINIMUM_HOURS = 10 / 60
LAMBDA_MILLION_REQUESTS = 0.20
LAMBDA_GB_SECOND_X86 = 0.0000166667
LAMBDA_GB_SECOND_ARM = 0.0000133334
KMS_KEY_MONTH = 1.0
ALARM_MONTH = 0.10
DASHBOARD_MONTH = 3.0
CUSTOM_METRIC_MONTH = 0.30
LOGS_GB_IN = 0.50
