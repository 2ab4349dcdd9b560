#!/usr/bin/env python3
"""boto3 as it comes: standard retries, three attempts, full jitter."""
import boto3
from botocore.config import Config

import load

client = boto3.client("bedrock-runtime", config=Config(max_pool_connections=load.CALLERS))
load.run(lambda prompt: load.converse(client, prompt))
