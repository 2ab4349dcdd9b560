package bedload.clients;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Counts the attempts of each call that carries a counter; the clients of {@link Region} have it built in. */
final class Attempts implements ExecutionInterceptor {
    /** The counter of one call. */
    static final ExecutionAttribute<AtomicInteger> COUNTER = new ExecutionAttribute<>("bedload.attempts");

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        AtomicInteger counter = attributes.getAttribute(COUNTER);
        if (counter != null) {
            counter.incrementAndGet();
        }
    }
}
