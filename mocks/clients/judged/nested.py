#!/usr/bin/env python3
"""Retries on retries: boto3's own three attempts, and three of those."""
import random
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import load

TRIES = 3
client = boto3.client("bedrock-runtime", config=Config(max_pool_connections=load.CALLERS))


def ask(prompt):
    for attempt in range(TRIES):
        try:
            return load.converse(client, prompt)
        except ClientError:
            if attempt + 1 == TRIES:
                raise
            time.sleep(random.random() * 2**attempt)


load.run(ask)
