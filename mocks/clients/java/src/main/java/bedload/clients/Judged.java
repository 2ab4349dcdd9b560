package bedload.clients;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The AWS SDK for Java 2.x as it comes, for the judge: eight callers that ask in a loop for a minute. Where to ask stands in
 * the environment, as {@code bedload mock … -- java … Judged} sets it.
 */
public final class Judged {
    private static final int CALLERS = 8;
    private static final Duration LENGTH = Duration.ofSeconds(62);
    private static final Duration THINK = Duration.ofMillis(400);

    private Judged() {}

    public static void main(String[] arguments) throws InterruptedException {
        String url = System.getenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
        if (url == null) {
            System.err.println("usage: bedload mock … -- java … bedload.clients.Judged");
            System.exit(2);
        }
        Instant end = Instant.now().plus(LENGTH);
        try (Region region = Region.of(url, System.getenv("AWS_REGION"))) {
            var callers = Executors.newFixedThreadPool(CALLERS);
            for (int number = 0; number < CALLERS; number++) {
                int caller = number;
                callers.submit(() -> ask(region, caller, end));
            }
            callers.shutdown();
            callers.awaitTermination(LENGTH.toSeconds() + 60, TimeUnit.SECONDS);
        }
        System.exit(0);
    }

    private static Void ask(Region region, int caller, Instant end) throws InterruptedException {
        for (int count = 1; Instant.now().isBefore(end); count++) {
            String prompt = "Caller %d asks for the %dth time.".formatted(caller, count);
            try {
                region.calls().converse(Asks.converse().messages(Asks.says(prompt)).inferenceConfig(c -> c.maxTokens(64)).build());
            } catch (SdkException unlucky) {
                // The caller's bad luck.
            }
            Thread.sleep(THINK.toMillis());
        }
        return null;
    }
}
