"""Puts events into the lake's streams: a person hands them in from the console, or a schedule does.

The Lambda function is ``lambda_publisher.handler.handler``; what it takes is described in ``request.py``.
"""
