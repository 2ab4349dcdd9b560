#!/usr/bin/env python3
"""Makes one call with boto3 and prints as a line of JSON what it reported.

usage: probe.py URL converse|converse-stream|invoke|invoke-stream

Retries are boto3's default. `read_timeout` is four seconds; it is 60 s by default.
"""
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

READ_TIMEOUT_S = 4
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
MESSAGES = [{"role": "user", "content": [{"text": "Say hello."}]}]
ANTHROPIC = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 64, "messages": [{"role": "user", "content": "Say hello."}]})


def main(url, operation):
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="dummy",
        config=Config(read_timeout=READ_TIMEOUT_S),
    )
    report = {"sdk": f"boto3 {boto3.__version__}", "ok": True, "attempts": 0, "events": 0, "text": "", "stop": False, "metadata": False}

    def count(**_):
        report["attempts"] += 1

    client.meta.events.register("before-send.bedrock-runtime", count)
    begin = time.monotonic()
    try:
        call(client, operation, report)
    except Exception as error:
        report |= {"ok": False, "class": class_of(error), "message": str(error)}
        if isinstance(error, ClientError):
            report["code"] = error.response.get("Error", {}).get("Code")
            report["message"] = error.response.get("Error", {}).get("Message")
            report["status"] = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    report["elapsed_ms"] = round(1000 * (time.monotonic() - begin))
    print(json.dumps(report))


def call(client, operation, report):
    if operation == "converse":
        answer = client.converse(
            modelId=MODEL, messages=MESSAGES, serviceTier={"type": "priority"}, performanceConfig={"latency": "optimized"}
        )
        report["stop"], report["metadata"] = "stopReason" in answer, "usage" in answer
        report["tier"] = answer.get("serviceTier", {}).get("type")
        report["latency"] = answer.get("performanceConfig", {}).get("latency")
    elif operation == "invoke":
        body = client.invoke_model(modelId=MODEL, body=ANTHROPIC, contentType="application/json")["body"].read()
        report["stop"], report["metadata"] = b'"stop_reason"' in body, b'"usage"' in body
    elif operation == "converse-stream":
        for event in client.converse_stream(modelId=MODEL, messages=MESSAGES)["stream"]:
            report["events"] += 1
            report["text"] += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
            report["stop"] |= "messageStop" in event
            report["metadata"] |= "metadata" in event
    elif operation == "invoke-stream":
        for event in client.invoke_model_with_response_stream(modelId=MODEL, body=ANTHROPIC, contentType="application/json")["body"]:
            report["events"] += 1
            data = event.get("chunk", {}).get("bytes", b"")
            report["stop"] |= b'"message_stop"' in data
            report["metadata"] |= b"amazon-bedrock-invocationMetrics" in data
    else:
        raise ValueError(f"no operation {operation}")


def class_of(error):
    """The error's class as an application would name it: boto3 makes its modelled ones at run time."""
    kind = type(error)
    module = kind.__module__.split(".")[0]
    return kind.__name__ if module in ("botocore", "builtins") else f"{module}.{kind.__name__}"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: probe.py URL converse|converse-stream|invoke|invoke-stream")
    main(*sys.argv[1:])
