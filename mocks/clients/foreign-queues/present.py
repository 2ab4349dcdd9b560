"""Prints each queue and table with its tags, one a line: present.py SQS DYNAMODB"""
import sys

import boto3

sqs = boto3.client("sqs", endpoint_url=sys.argv[1])
for url in sqs.list_queues().get("QueueUrls", []):
    tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    print("queue", url.rsplit("/", 1)[1], *(f"{key}={value}" for key, value in tags.items()))

dynamodb = boto3.client("dynamodb", endpoint_url=sys.argv[2])
for name in dynamodb.list_tables()["TableNames"]:
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    print("table", name, *(f"{tag['Key']}={tag['Value']}" for tag in tags))
