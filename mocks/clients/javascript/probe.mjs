// Makes one call with the AWS SDK for JavaScript v3 and prints as a line of JSON what the SDK reported.
//
//   usage: node probe.mjs URL converse|converse-stream|invoke|invoke-stream [h1]
//
// Retries are the SDK's default. The transport is HTTP/2, the SDK's own choice for Bedrock Runtime, with a `requestTimeout`
// of four seconds; or, if `h1` is said, HTTP/1.1 with a `socketTimeout` of four, since the handler's `requestTimeout` only
// warns. By default a session over HTTP/2 may be silent for 300 s, and a socket over HTTP/1.1 for ever.
import { createRequire } from 'node:module';
import {
  BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const TIMEOUT_MS = 4000;
const modelId = 'anthropic.claude-3-haiku-20240307-v1:0';
const messages = [{ role: 'user', content: [{ text: 'Say hello.' }] }];
const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: [{ role: 'user', content: 'Say hello.' }] });

const [endpoint, operation, transport] = process.argv.slice(2);
if (!operation) {
  console.error('usage: node probe.mjs URL converse|converse-stream|invoke|invoke-stream [h1]');
  process.exit(2);
}
const { version } = createRequire(import.meta.url)('@aws-sdk/client-bedrock-runtime/package.json');
const report = { sdk: `JavaScript v3 ${version}`, ok: true, attempts: 0, events: 0, text: '', stop: false, metadata: false };
const client = new BedrockRuntimeClient({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'dummy' },
  // Options alone leave the SDK its own handler, and that handler's setting for Bedrock Runtime.
  requestHandler: transport === 'h1'
    ? new NodeHttpHandler({ socketTimeout: TIMEOUT_MS })
    : { requestTimeout: TIMEOUT_MS, disableConcurrentStreams: true },
});
const count = (next) => (args) => {
  report.attempts += 1;
  return next(args);
};
client.middlewareStack.addRelativeTo(count, { name: 'countAttempts', relation: 'after', toMiddleware: 'retryMiddleware' });

const calls = {
  converse: async () => {
    const answer = await client.send(new ConverseCommand({
      modelId, messages, serviceTier: { type: 'priority' }, performanceConfig: { latency: 'optimized' },
    }));
    Object.assign(report, { stop: !!answer.stopReason, metadata: !!answer.usage });
    Object.assign(report, { tier: answer.serviceTier?.type, latency: answer.performanceConfig?.latency });
  },
  invoke: async () => {
    const answer = await client.send(new InvokeModelCommand({ modelId, body, contentType: 'application/json' }));
    const text = new TextDecoder().decode(answer.body);
    Object.assign(report, { stop: text.includes('"stop_reason"'), metadata: text.includes('"usage"') });
  },
  'converse-stream': async () => {
    const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }));
    for await (const event of stream) {
      report.events += 1;
      report.text += event.contentBlockDelta?.delta?.text ?? '';
      report.stop ||= 'messageStop' in event;
      report.metadata ||= 'metadata' in event;
    }
  },
  'invoke-stream': async () => {
    const { body: stream } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body, contentType: 'application/json' }));
    for await (const event of stream) {
      report.events += 1;
      const text = event.chunk ? new TextDecoder().decode(event.chunk.bytes) : '';
      report.stop ||= text.includes('"message_stop"');
      report.metadata ||= text.includes('amazon-bedrock-invocationMetrics');
    }
  },
};

const begin = performance.now();
try {
  await calls[operation]();
} catch (error) {
  // Errors carry the service's own name; those of Node have a code instead.
  const kind = error.constructor?.name ?? typeof error;
  Object.assign(report, {
    ok: false,
    class: kind === error.name ? kind : `${kind} (${error.name})`,
    code: error.code ?? (error.$fault ? error.name : undefined),
    status: error.$metadata?.httpStatusCode,
    message: String(error.message),
  });
}
report.elapsed_ms = Math.round(performance.now() - begin);
console.log(JSON.stringify(report));
process.exit(0);
