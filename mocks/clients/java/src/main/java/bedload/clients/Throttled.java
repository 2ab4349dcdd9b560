package bedload.clients;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.bedrockruntime.model.BedrockRuntimeException;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.ThrottlingException;

/** All operations where attempts are throttled, with the SDK's default retries. */
final class Throttled {
    /** Two attempts are throttled, so this one is the first that can pass. */
    private static final int PASSES = 3;

    private final Checks checks;

    Throttled(Checks checks) {
        this.checks = checks;
    }

    /** Where the first two attempts of a call are throttled, the third gets through. */
    void atFirst(Region region) {
        all(region).forEach((name, outcome) -> {
            if (checks.that("throttled_at_first." + name + ".answered", outcome.error() == null, outcome.error())) {
                checks.that("throttled_at_first." + name + ".attempts", outcome.attempts() == PASSES, outcome.attempts());
            }
        });
    }

    /** Where all are, the SDK gives up after as many attempts as it announced. */
    void always(Region region) {
        int most = mostAttempts(region);
        all(region).forEach((name, outcome) ->
                Refused.typed(checks, "throttled." + name, outcome.error(), ThrottlingException.class, 429, most));
    }

    private static int mostAttempts(Region region) {
        return region.calls().serviceClientConfiguration().overrideConfiguration().retryStrategy().orElseThrow().maxAttempts();
    }

    /** One call: how many attempts left the SDK, and how it ended. */
    private record Outcome(int attempts, Throwable error) {}

    private interface Call {
        void make(Consumer<AwsRequestOverrideConfiguration.Builder> watched);
    }

    private static Map<String, Call> calls(Region region) {
        var calls = region.calls();
        var streams = region.streams();
        var converse = ConverseStreamResponseHandler.builder().subscriber(event -> {}).build();
        var invoke = InvokeModelWithResponseStreamResponseHandler.builder().subscriber(event -> {}).build();
        Map<String, Call> all = new LinkedHashMap<>();
        all.put("converse", w -> calls.converse(Asks.converse().overrideConfiguration(w).build()));
        all.put("converse_stream", w -> streams
                .converseStream(Asks.converseStream().overrideConfiguration(w).build(), converse)
                .join());
        all.put("invoke", w -> calls.invokeModel(Asks.invoke().overrideConfiguration(w).build()));
        all.put("invoke_stream", w -> streams
                .invokeModelWithResponseStream(Asks.invokeStream().overrideConfiguration(w).build(), invoke)
                .join());
        all.put("count_tokens", w -> calls.countTokens(Asks.countTokens().overrideConfiguration(w).build()));
        all.put("start_async_invoke", w -> calls.startAsyncInvoke(Asks.startAsyncInvoke().overrideConfiguration(w).build()));
        all.put("get_async_invoke", w -> calls.getAsyncInvoke(Asks.getAsyncInvoke(job(region)).overrideConfiguration(w).build()));
        all.put("list_async_invokes", w -> calls.listAsyncInvokes(Asks.listAsyncInvokes().overrideConfiguration(w).build()));
        all.put("apply_guardrail", w -> calls.applyGuardrail(Asks.applyGuardrail().overrideConfiguration(w).build()));
        return all;
    }

    /** A job of this region; where none can be started, the name of one will do, since nobody looks it up. */
    private static String job(Region region) {
        try {
            return region.calls().startAsyncInvoke(Asks.startAsyncInvoke().build()).invocationArn();
        } catch (BedrockRuntimeException refused) {
            return "arn:aws:bedrock:" + region.name() + ":123456789012:async-invoke/abcdefghijkl";
        }
    }

    /** Makes all calls at once, since most of their time is backoff. */
    private static Map<String, Outcome> all(Region region) {
        Map<String, Call> calls = calls(region);
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        Map<String, CompletableFuture<Outcome>> under = new LinkedHashMap<>();
        calls.forEach((name, call) -> under.put(name, CompletableFuture.supplyAsync(() -> {
            AtomicInteger attempts = new AtomicInteger();
            Throwable error = Refused.errorOf(() -> call.make(watched -> watched.putExecutionAttribute(Attempts.COUNTER, attempts)));
            return new Outcome(attempts.get(), error);
        }, threads)));
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        under.forEach((name, outcome) -> outcomes.put(name, outcome.join()));
        threads.shutdown();
        return outcomes;
    }
}
