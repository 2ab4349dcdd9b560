package bedload.clients;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDeltaEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamOutput;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.PerformanceConfigLatency;
import software.amazon.awssdk.services.bedrockruntime.model.ServiceTierType;

/**
 * Makes one call with the AWS SDK for Java 2.x and prints as a line of JSON what the SDK reported.
 *
 * <p>usage: {@code Probe URL converse|converse-stream|invoke|invoke-stream}
 *
 * <p>Retries are the SDK's default. The read timeout, {@code socketTimeout} of the URL connection client and {@code
 * readTimeout} of the Netty client, is four seconds; both are 30 s by default.
 */
public final class Probe {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(4);

    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger events = new AtomicInteger();
    private final StringBuffer text = new StringBuffer();
    private volatile boolean stop;
    private volatile boolean metadata;
    private String tier = "";
    private String latency = "";

    private Probe() {}

    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            System.err.println("usage: Probe URL converse|converse-stream|invoke|invoke-stream");
            System.exit(2);
        }
        Probe probe = new Probe();
        try (Region region = Region.impatient(arguments[0], "us-east-1", READ_TIMEOUT)) {
            Instant begin = Instant.now();
            Throwable error = probe.call(region, arguments[1]);
            System.out.println(json(probe.report(error, Duration.between(begin, Instant.now()))));
        }
        System.exit(0);
    }

    private Throwable call(Region region, String operation) {
        try {
            switch (operation) {
                case "converse" -> {
                    var answer = region.calls().converse(Asks.converse()
                            .serviceTier(asked -> asked.type(ServiceTierType.PRIORITY))
                            .performanceConfig(asked -> asked.latency(PerformanceConfigLatency.OPTIMIZED))
                            .overrideConfiguration(this::counted)
                            .build());
                    stop = answer.stopReason() != null;
                    metadata = answer.usage() != null;
                    tier = answer.serviceTier() == null ? "" : answer.serviceTier().typeAsString();
                    latency = answer.performanceConfig() == null ? "" : answer.performanceConfig().latencyAsString();
                }
                case "invoke" -> {
                    var answer = region.calls().invokeModel(Asks.invoke().overrideConfiguration(this::counted).build());
                    String body = answer.body().asUtf8String();
                    stop = body.contains("\"stop_reason\"");
                    metadata = body.contains("\"usage\"");
                }
                case "converse-stream" -> region.streams()
                        .converseStream(
                                Asks.converseStream().overrideConfiguration(this::counted).build(),
                                ConverseStreamResponseHandler.builder().subscriber(this::see).build())
                        .join();
                case "invoke-stream" -> region.streams()
                        .invokeModelWithResponseStream(
                                Asks.invokeStream().overrideConfiguration(this::counted).build(),
                                InvokeModelWithResponseStreamResponseHandler.builder()
                                        .subscriber(InvokeModelWithResponseStreamResponseHandler.Visitor.builder()
                                                .onChunk(chunk -> see(chunk.bytes().asUtf8String()))
                                                .onDefault(event -> events.incrementAndGet())
                                                .build())
                                        .build())
                        .join();
                default -> throw new IllegalArgumentException("no operation " + operation);
            }
            return null;
        } catch (CompletionException error) {
            return error.getCause();
        } catch (RuntimeException error) {
            return error;
        }
    }

    private void counted(AwsRequestOverrideConfiguration.Builder override) {
        override.putExecutionAttribute(Attempts.COUNTER, attempts);
    }

    private void see(ConverseStreamOutput event) {
        events.incrementAndGet();
        switch (event.sdkEventType()) {
            case CONTENT_BLOCK_DELTA -> text.append(textOf((ContentBlockDeltaEvent) event));
            case MESSAGE_STOP -> stop = true;
            case METADATA -> metadata = true;
            default -> {}
        }
    }

    private static String textOf(ContentBlockDeltaEvent event) {
        return event.delta() == null || event.delta().text() == null ? "" : event.delta().text();
    }

    private void see(String chunk) {
        events.incrementAndGet();
        stop |= chunk.contains("\"message_stop\"");
        metadata |= chunk.contains("amazon-bedrock-invocationMetrics");
    }

    private Map<String, Object> report(Throwable error, Duration elapsed) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("sdk", "Java 2.x " + VersionInfo.SDK_VERSION);
        report.put("ok", error == null);
        if (error != null) {
            report.put("class", classOf(error));
            report.put("message", String.valueOf(error.getMessage()));
        }
        if (error instanceof AwsServiceException service) {
            if (service.awsErrorDetails() != null) {
                report.put("code", String.valueOf(service.awsErrorDetails().errorCode()));
            }
            report.put("status", service.statusCode());
        }
        report.put("attempts", attempts.get());
        report.put("events", events.get());
        report.put("text", text.toString());
        report.put("stop", stop);
        report.put("metadata", metadata);
        report.put("tier", tier);
        report.put("latency", latency);
        report.put("elapsed_ms", elapsed.toMillis());
        return report;
    }

    /** The error's own class, and that of what lies under it. */
    private static String classOf(Throwable error) {
        Throwable inner = error;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        String name = error.getClass().getSimpleName();
        return inner == error ? name : name + " < " + inner.getClass().getSimpleName();
    }

    private static String json(Map<String, Object> report) {
        return report.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ":"
                        + (entry.getValue() instanceof String text ? quoted(text) : entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append(letter);
            } else if (letter < ' ') {
                quoted.append(String.format("\\u%04x", (int) letter));
            } else {
                quoted.append(letter);
            }
        }
        return quoted.append('"').toString();
    }
}
