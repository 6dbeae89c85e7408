"""What AWS checks when a delivery stream is created or changed, one module per concern.

Every check raises `ApiError` with the text recorded from AWS; where none is recorded, the text says the value
received and what is allowed.
"""
