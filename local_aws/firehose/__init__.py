"""Firehose's control plane and the intake of direct-PUT records; what delivers is `local_aws.delivery`."""
