package bedload.clients;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.bedrockruntime.model.AsyncInvokeStatus;
import software.amazon.awssdk.services.bedrockruntime.model.BedrockRuntimeResponse;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamMetadataEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponse;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.GuardrailAction;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamResponse;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.StopReason;
import software.amazon.awssdk.services.bedrockruntime.model.TokenUsage;
import software.amazon.awssdk.services.bedrockruntime.model.ToolUseBlock;

/** All operations where nothing is wrong. */
final class Healthy {
    private static final Duration ASYNC_WAIT = Duration.ofSeconds(20);
    private static final Duration ASYNC_POLL = Duration.ofMillis(200);
    private final Checks checks;
    private final Region region;

    Healthy(Checks checks, Region region) {
        this.checks = checks;
        this.region = region;
    }

    void all() {
        Map<String, Runnable> parts = new TreeMap<>();
        parts.put("converse", this::converse);
        parts.put("converse_stream", this::converseStream);
        parts.put("invoke", this::invoke);
        parts.put("invoke_stream", this::invokeStream);
        parts.put("count_tokens", this::countTokens);
        parts.put("async_invokes", this::asyncInvokes);
        parts.put("apply_guardrail", this::applyGuardrail);
        parts.put("model_id", this::modelIds);
        parts.put("tools", this::tools);
        parts.forEach((name, part) -> {
            try {
                part.run();
                checks.that(name + ".answered", true, null);
            } catch (RuntimeException error) {
                checks.that(name + ".answered", false, error);
            }
        });
    }

    private void converse() {
        var answer = region.calls().converse(Asks.converse().build());
        var message = answer.output().message();
        String text = message.content().stream().map(ContentBlock::text).collect(joining());
        checks.that("converse.text", message.role() == ConversationRole.ASSISTANT && !text.isEmpty(), message);
        checks.that("converse.stop_reason", known(answer.stopReason()), answer.stopReasonAsString());
        checks.that("converse.usage", adds(answer.usage()), answer.usage());
        checks.that("converse.latency", answer.metrics() != null && answer.metrics().latencyMs() != null, answer.metrics());
        requestId("converse", answer);

        var cut = region.calls().converse(Asks.converse()
                .system(system -> system.text("You are terse."))
                .inferenceConfig(inference -> inference.maxTokens(5).temperature(0.5f))
                .build());
        checks.that("converse.max_tokens.stop_reason", cut.stopReason() == StopReason.MAX_TOKENS, cut.stopReasonAsString());
        checks.that("converse.max_tokens.output", cut.usage().outputTokens() == 5, cut.usage());
    }

    private void modelIds() {
        String profile = "us." + Asks.MODEL;
        List<String> ids = List.of(
                profile,
                "arn:aws:bedrock:" + region.name() + "::foundation-model/" + Asks.MODEL,
                "arn:aws:bedrock:" + region.name() + ":123456789012:inference-profile/" + profile);
        for (String id : ids) {
            var answer = region.calls().converse(Asks.converse().modelId(id).build());
            checks.that("model_id." + id, answer.stopReason() != null, answer);
        }
    }

    private void tools() {
        Document schema = Document.mapBuilder()
                .putString("type", "object")
                .putMap("properties", properties -> properties.putMap("city", city -> city.putString("type", "string")))
                .putList("required", required -> required.addString("city"))
                .build();
        var answer = region.calls().converse(Asks.converse()
                .messages(Asks.says("What is the weather in Paris?"))
                .toolConfig(config -> config
                        .tools(tool -> tool.toolSpec(spec -> spec.name("get_weather").inputSchema(input -> input.json(schema))))
                        .toolChoice(choice -> choice.any(any -> {})))
                .build());
        List<ContentBlock> blocks = answer.output().message().content();
        ToolUseBlock use = blocks.get(blocks.size() - 1).toolUse();
        checks.that("tools.stop_reason", answer.stopReason() == StopReason.TOOL_USE, answer.stopReasonAsString());
        if (checks.that("tools.use", use != null && use.name().equals("get_weather") && use.toolUseId() != null, blocks)) {
            checks.that("tools.input", use.input().isMap() && use.input().asMap().containsKey("city"), use.input());
        }
    }

    private void converseStream() {
        List<String> order = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        var stop = new AtomicReference<StopReason>();
        var metadata = new AtomicReference<ConverseStreamMetadataEvent>();
        var head = new AtomicReference<ConverseStreamResponse>();
        var visitor = ConverseStreamResponseHandler.Visitor.builder()
                .onMessageStart(event -> order.add("messageStart"))
                .onContentBlockStart(event -> order.add("contentBlockStart"))
                .onContentBlockDelta(event -> {
                    order.add("contentBlockDelta");
                    text.append(event.delta().text());
                })
                .onContentBlockStop(event -> order.add("contentBlockStop"))
                .onMessageStop(event -> {
                    order.add("messageStop");
                    stop.set(event.stopReason());
                })
                .onMetadata(event -> {
                    order.add("metadata");
                    metadata.set(event);
                })
                .onDefault(event -> order.add("unknown"))
                .build();
        region.streams()
                .converseStream(
                        Asks.converseStream().build(),
                        ConverseStreamResponseHandler.builder().onResponse(head::set).subscriber(visitor).build())
                .join();
        checks.that(
                "converse_stream.order",
                order.get(0).equals("messageStart")
                        && order.contains("contentBlockDelta")
                        && !order.contains("unknown")
                        && ends(order, "contentBlockStop", "messageStop", "metadata"),
                order);
        checks.that("converse_stream.text", !text.isEmpty(), order);
        checks.that("converse_stream.stop_reason", known(stop.get()), stop);
        checks.that("converse_stream.usage", metadata.get() != null && adds(metadata.get().usage()), metadata);
        checks.that("converse_stream.latency", metadata.get() != null && metadata.get().metrics().latencyMs() != null, metadata);
        requestId("converse_stream", head.get());
    }

    private void invoke() {
        var answer = region.calls().invokeModel(Asks.invoke().build());
        JsonNode body = JsonNode.parser().parse(answer.body().asUtf8String());
        checks.that("invoke.body", text(body, "type").equals("message") && text(body, "role").equals("assistant"), body);
        checks.that("invoke.text", !text(body.field("content").orElseThrow().asArray().get(0), "text").isEmpty(), body);
        checks.that("invoke.stop_reason", !text(body, "stop_reason").isEmpty(), body);
        checks.that("invoke.content_type", answer.contentType().startsWith("application/json"), answer.contentType());
        JsonNode usage = body.field("usage").orElseThrow();
        var headers = answer.sdkHttpResponse();
        checks.that(
                "invoke.token_headers",
                headers.firstMatchingHeader("x-amzn-bedrock-input-token-count").orElse("").equals(text(usage, "input_tokens"))
                        && headers.firstMatchingHeader("x-amzn-bedrock-output-token-count").orElse("").equals(text(usage, "output_tokens")),
                headers);
        requestId("invoke", answer);
    }

    private void invokeStream() {
        List<JsonNode> chunks = new ArrayList<>();
        var head = new AtomicReference<InvokeModelWithResponseStreamResponse>();
        var visitor = InvokeModelWithResponseStreamResponseHandler.Visitor.builder()
                .onChunk(chunk -> chunks.add(JsonNode.parser().parse(chunk.bytes().asUtf8String())))
                .build();
        region.streams()
                .invokeModelWithResponseStream(
                        Asks.invokeStream().build(),
                        InvokeModelWithResponseStreamResponseHandler.builder().onResponse(head::set).subscriber(visitor).build())
                .join();
        List<String> order = chunks.stream().map(chunk -> text(chunk, "type")).toList();
        checks.that(
                "invoke_stream.order",
                order.subList(0, 2).equals(List.of("message_start", "content_block_start"))
                        && order.contains("content_block_delta")
                        && ends(order, "content_block_stop", "message_delta", "message_stop"),
                order);
        String said = chunks.stream()
                .flatMap(chunk -> chunk.field("delta").stream())
                .map(delta -> text(delta, "text"))
                .collect(joining());
        checks.that("invoke_stream.text", !said.isEmpty(), order);
        JsonNode last = chunks.get(chunks.size() - 1);
        checks.that(
                "invoke_stream.metrics",
                last.field("amazon-bedrock-invocationMetrics")
                        .map(JsonNode::asObject)
                        .filter(metrics -> metrics.keySet()
                                .containsAll(List.of("inputTokenCount", "outputTokenCount", "invocationLatency", "firstByteLatency")))
                        .isPresent(),
                last);
        requestId("invoke_stream", head.get());
    }

    private void countTokens() {
        var counted = region.calls().countTokens(Asks.countTokens().build());
        var same = region.calls().converse(Asks.converse().build());
        checks.that(
                "count_tokens.as_converse",
                counted.inputTokens() > 0 && counted.inputTokens().equals(same.usage().inputTokens()),
                counted);
        requestId("count_tokens", counted);
        var body = region.calls().countTokens(Asks.countTokens()
                .input(input -> input.invokeModel(model -> model.body(SdkBytes.fromUtf8String(Asks.ANTHROPIC))))
                .build());
        checks.that("count_tokens.invoke", body.inputTokens() > 0, body);
    }

    private void asyncInvokes() {
        var request = Asks.startAsyncInvoke().build();
        var started = region.calls().startAsyncInvoke(request);
        String arn = started.invocationArn();
        checks.that("start_async_invoke.arn", arn.contains(":async-invoke/"), arn);
        requestId("start_async_invoke", started);
        var again = region.calls().startAsyncInvoke(request);
        checks.that("start_async_invoke.idempotent", again.invocationArn().equals(arn), again);

        var job = region.calls().getAsyncInvoke(Asks.getAsyncInvoke(arn).build());
        Instant end = Instant.now().plus(ASYNC_WAIT);
        while (job.status() == AsyncInvokeStatus.IN_PROGRESS && Instant.now().isBefore(end)) {
            pause(ASYNC_POLL);
            job = region.calls().getAsyncInvoke(Asks.getAsyncInvoke(arn).build());
        }
        checks.that("get_async_invoke.completed", job.status() == AsyncInvokeStatus.COMPLETED && job.endTime() != null, job);
        checks.that(
                "get_async_invoke.job",
                job.invocationArn().equals(arn) && job.submitTime() != null && job.modelArn().contains(Asks.ASYNC_MODEL),
                job);
        requestId("get_async_invoke", job);

        var list = region.calls().listAsyncInvokes(
                Asks.listAsyncInvokes().statusEquals(AsyncInvokeStatus.COMPLETED).build());
        checks.that(
                "list_async_invokes.has_it",
                list.asyncInvokeSummaries().stream().anyMatch(summary -> summary.invocationArn().equals(arn)),
                list);
        requestId("list_async_invokes", list);
    }

    private void applyGuardrail() {
        var answer = region.calls().applyGuardrail(Asks.applyGuardrail().build());
        checks.that("apply_guardrail.action", answer.action() != GuardrailAction.UNKNOWN_TO_SDK_VERSION, answer.actionAsString());
        checks.that("apply_guardrail.usage", answer.usage() != null && answer.usage().contentPolicyUnits() != null, answer);
        requestId("apply_guardrail", answer);
    }

    private void requestId(String name, BedrockRuntimeResponse response) {
        String id = response == null ? "UNKNOWN" : response.responseMetadata().requestId();
        checks.that(name + ".request_id", !id.equals("UNKNOWN"), id);
    }

    private static boolean known(StopReason reason) {
        return reason != null && reason != StopReason.UNKNOWN_TO_SDK_VERSION;
    }

    private static boolean adds(TokenUsage usage) {
        return usage != null
                && usage.inputTokens() > 0
                && usage.outputTokens() > 0
                && usage.totalTokens() == usage.inputTokens() + usage.outputTokens();
    }

    private static boolean ends(List<String> order, String... tail) {
        return order.size() > tail.length && order.subList(order.size() - tail.length, order.size()).equals(List.of(tail));
    }

    private static String text(JsonNode node, String field) {
        return node.field(field).map(JsonNode::text).orElse("");
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw SdkException.create("interrupted", interrupted);
        }
    }
}
