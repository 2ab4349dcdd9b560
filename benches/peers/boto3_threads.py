"""boto3 in threads that share a client: CALLS Converse calls, WORKERS at once."""
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

calls, workers = int(sys.argv[1]), int(sys.argv[2])
client = boto3.client("bedrock-runtime", config=Config(max_pool_connections=workers))
text = "river " * 133


def ask(_):
    answer = client.converse(
        modelId="anthropic.claude-3-haiku-20240307-v1:0",
        messages=[{"role": "user", "content": [{"text": text}]}],
        inferenceConfig={"maxTokens": 128},
    )
    return answer["usage"]["outputTokens"] == 60


with ThreadPoolExecutor(workers) as pool:
    answered = sum(pool.map(ask, range(calls)))
print(answered)
