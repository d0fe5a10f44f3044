"""A client as a learner's first cell may make it: before moto has been loaded."""

import boto3

CLIENT = boto3.client(
    "dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="s"
)
