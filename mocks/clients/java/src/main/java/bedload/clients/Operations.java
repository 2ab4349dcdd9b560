package bedload.clients;

/**
 * Goes over every operation of Bedrock Runtime with the AWS SDK for Java 2.x and checks what comes back.
 *
 * <p>usage: {@code Operations URL}, where URL is a {@code bedload mock} that serves mocks/clients/throttled.yaml. A line
 * for each check; exit 1 on any failure.
 */
public final class Operations {
    private Operations() {}

    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("usage: Operations URL");
            System.exit(2);
        }
        String url = arguments[0];
        Checks checks = new Checks();
        try (Region well = Region.of(url, "us-east-1");
                Region atFirst = Region.of(url, "us-west-2");
                Region always = Region.of(url, "eu-west-1")) {
            new Healthy(checks, well).all();
            new Refused(checks, well).all();
            new Throttled(checks).atFirst(atFirst);
            new Throttled(checks).always(always);
        }
        System.exit(checks.end());
    }
}
