"""What is ours of Kinesis Data Streams: today the tags, which MiniStack's streams forget; later the streams."""
