"""SNS: topics that deliver as AWS does, also to an e-mail address."""
