"""SQS: queues that wait as AWS says, and the event source mappings that empty them."""
