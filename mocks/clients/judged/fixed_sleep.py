#!/usr/bin/env python3
"""Retries by hand: boto3's own are off, and every retry waits just a second."""
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import load

ATTEMPTS = 3
client = boto3.client(
    "bedrock-runtime", config=Config(max_pool_connections=load.CALLERS, retries={"mode": "standard", "total_max_attempts": 1})
)


def ask(prompt):
    for attempt in range(ATTEMPTS):
        try:
            return load.converse(client, prompt)
        except ClientError:
            if attempt + 1 == ATTEMPTS:
                raise
            time.sleep(1)


load.run(ask)
