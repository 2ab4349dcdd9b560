package bedload.clients;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeClient;

/** The two clients of one region: one for answers, one for streams. All settings but those given are the SDK's own. */
record Region(String name, BedrockRuntimeClient calls, BedrockRuntimeAsyncClient streams) implements AutoCloseable {
    static Region of(String url, String name) {
        return new Region(
                name,
                common(BedrockRuntimeClient.builder(), url, name).httpClientBuilder(UrlConnectionHttpClient.builder()).build(),
                common(BedrockRuntimeAsyncClient.builder(), url, name).httpClientBuilder(NettyNioAsyncHttpClient.builder()).build());
    }

    /** The same with an upper limit on the time between two reads; it is 30 s by default in both HTTP clients. */
    static Region impatient(String url, String name, Duration read) {
        return new Region(
                name,
                common(BedrockRuntimeClient.builder(), url, name)
                        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(read))
                        .build(),
                common(BedrockRuntimeAsyncClient.builder(), url, name)
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder().readTimeout(read))
                        .build());
    }

    private static <B extends AwsClientBuilder<B, C>, C> B common(B builder, String url, String region) {
        return builder.endpointOverride(URI.create(url))
                .overrideConfiguration(override -> override.addExecutionInterceptor(new Attempts()))
                .region(software.amazon.awssdk.regions.Region.of(region))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "dummy")));
    }

    @Override
    public void close() {
        calls.close();
        streams.close();
    }
}
