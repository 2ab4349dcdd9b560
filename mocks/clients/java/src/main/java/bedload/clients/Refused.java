package bedload.clients;

import java.util.List;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.bedrockruntime.model.BedrockRuntimeException;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.ValidationException;

/** What Bedrock does not take: a typed error each, which the SDK does not try again. */
final class Refused {
    private final Checks checks;
    private final Region region;

    Refused(Checks checks, Region region) {
        this.checks = checks;
        this.region = region;
    }

    void all() {
        SdkBytes broken = SdkBytes.fromUtf8String("{not json");
        String unknown = "arn:aws:bedrock:" + region.name() + ":123456789012:async-invoke/zzzzzzzzzzzz";
        refused("no_messages", () -> region.calls().converse(Asks.converse().messages(List.of()).build()));
        refused("stream_no_messages", () -> region.streams()
                .converseStream(
                        Asks.converseStream().messages(List.of()).build(),
                        ConverseStreamResponseHandler.builder().subscriber(event -> {}).build())
                .join());
        refused("not_json", () -> region.calls().invokeModel(Asks.invoke().body(broken).build()));
        refused("stream_not_json", () -> region.streams()
                .invokeModelWithResponseStream(
                        Asks.invokeStream().body(broken).build(),
                        InvokeModelWithResponseStreamResponseHandler.builder().subscriber(event -> {}).build())
                .join());
        refused("unknown_model", () -> region.calls().converse(Asks.converse().modelId("acme.does-not-exist-v9:0").build()));
        refused("unknown_invocation", () -> region.calls().getAsyncInvoke(Asks.getAsyncInvoke(unknown).build()));
    }

    private void refused(String name, Runnable call) {
        Throwable error = errorOf(call);
        typed(checks, "refused." + name, error, ValidationException.class, 400, 1);
    }

    static Throwable errorOf(Runnable call) {
        try {
            call.run();
            return null;
        } catch (CompletionException error) {
            return error.getCause();
        } catch (RuntimeException error) {
            return error;
        }
    }

    /** Checks an error's class, status, text, request id and number of attempts. */
    static void typed(
            Checks checks, String name, Throwable error, Class<? extends BedrockRuntimeException> type, int status, int attempts) {
        if (!checks.that(name + ".class", type.isInstance(error), error)) {
            return;
        }
        BedrockRuntimeException typed = type.cast(error);
        checks.that(name + ".status", typed.statusCode() == status, typed);
        checks.that(name + ".message", !typed.awsErrorDetails().errorMessage().isEmpty(), typed);
        checks.that(name + ".request_id", typed.requestId() != null && !typed.requestId().isEmpty(), typed);
        checks.that(name + ".attempts", typed.numAttempts() != null && typed.numAttempts() == attempts, typed.numAttempts());
    }
}
