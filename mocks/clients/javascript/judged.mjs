// The AWS SDK for JavaScript v3 as it comes, for the judge: eight callers that ask in a loop for a minute.
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';

const CALLERS = 8;
const SECONDS = 62;
const THINK_MS = 400;
const modelId = 'anthropic.claude-3-haiku-20240307-v1:0';

const client = new BedrockRuntimeClient({});
const begin = performance.now();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function caller(number) {
  for (let count = 1; performance.now() - begin < SECONDS * 1000; count += 1) {
    const text = `Caller ${number} asks for the ${count}th time.`;
    try {
      await client.send(new ConverseCommand({
        modelId, messages: [{ role: 'user', content: [{ text }] }], inferenceConfig: { maxTokens: 64 },
      }));
    } catch {
      // The caller's bad luck.
    }
    await wait(THINK_MS);
  }
}

await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)));
