"""What the judged programs share: eight callers that ask in a loop for a minute, each prompt its own."""
import threading
import time

CALLERS = 8
SECONDS = 62
THINK_S = 0.4
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


def run(ask):
    """Calls ask(prompt) until the minute is over; what it raises is the caller's bad luck."""
    begin = time.monotonic()

    def caller(number):
        count = 0
        while time.monotonic() - begin < SECONDS:
            count += 1
            try:
                ask(f"Caller {number} asks for the {count}th time.")
            except Exception:
                pass
            time.sleep(THINK_S)

    callers = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()


def converse(client, prompt):
    return client.converse(
        modelId=MODEL, messages=[{"role": "user", "content": [{"text": prompt}]}], inferenceConfig={"maxTokens": 64}
    )
