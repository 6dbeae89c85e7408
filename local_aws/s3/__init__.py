"""What S3 has and MiniStack's does not: request metrics of a bucket, which CloudWatch's alarms can watch."""
