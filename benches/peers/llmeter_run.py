"""LLMeter as its own guide has it: CALLS Converse calls, WORKERS at once."""
import asyncio
import sys

from llmeter.endpoints import BedrockConverse
from llmeter.runner import Runner

calls, workers = int(sys.argv[1]), int(sys.argv[2])
endpoint = BedrockConverse(model_id="anthropic.claude-3-haiku-20240307-v1:0")
payload = BedrockConverse.create_payload("river " * 133, max_tokens=128)


async def main():
    # It takes a count for each client; what is left over goes to one more run of one client.
    runner = Runner(endpoint, timeout=600)
    each, rest = divmod(calls, workers)
    answered = 0
    for clients, count in ((workers, each), (1, rest)):
        if count:
            result = await runner.run(payload=payload, n_requests=count, clients=clients)
            answered += sum(response.error is None for response in result.responses)
    print()
    print(answered)


asyncio.run(main())
