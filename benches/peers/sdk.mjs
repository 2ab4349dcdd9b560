// The AWS SDK for JavaScript v3 as it comes: CALLS Converse calls, WORKERS at once.
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';

const [calls, workers] = process.argv.slice(2).map(Number);
const client = new BedrockRuntimeClient({});
const text = 'river '.repeat(133);
let left = calls;
let answered = 0;

async function worker() {
  while (left > 0) {
    left -= 1;
    const answer = await client.send(new ConverseCommand({
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      messages: [{ role: 'user', content: [{ text }] }],
      inferenceConfig: { maxTokens: 128 },
    }));
    answered += answer.usage.outputTokens === 60 ? 1 : 0;
  }
}

await Promise.all(Array.from({ length: workers }, worker));
console.log(answered);
client.destroy();
