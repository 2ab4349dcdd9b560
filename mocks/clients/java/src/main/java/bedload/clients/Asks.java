package bedload.clients;

import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.bedrockruntime.model.ApplyGuardrailRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.CountTokensRequest;
import software.amazon.awssdk.services.bedrockruntime.model.GetAsyncInvokeRequest;
import software.amazon.awssdk.services.bedrockruntime.model.GuardrailContentSource;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelRequest;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ListAsyncInvokesRequest;
import software.amazon.awssdk.services.bedrockruntime.model.Message;
import software.amazon.awssdk.services.bedrockruntime.model.StartAsyncInvokeRequest;

/** What is asked of each operation. */
final class Asks {
    static final String MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
    static final String ASYNC_MODEL = "amazon.nova-reel-v1:0";
    static final String ANTHROPIC =
            """
            {"anthropic_version":"bedrock-2023-05-31","max_tokens":64,"messages":[{"role":"user","content":"Say hello."}]}""";

    private Asks() {}

    static List<Message> says(String text) {
        return List.of(Message.builder().role(ConversationRole.USER).content(ContentBlock.fromText(text)).build());
    }

    static ConverseRequest.Builder converse() {
        return ConverseRequest.builder().modelId(MODEL).messages(says("Say hello."));
    }

    static ConverseStreamRequest.Builder converseStream() {
        return ConverseStreamRequest.builder().modelId(MODEL).messages(says("Say hello."));
    }

    static InvokeModelRequest.Builder invoke() {
        return InvokeModelRequest.builder()
                .modelId(MODEL)
                .contentType("application/json")
                .accept("application/json")
                .body(SdkBytes.fromUtf8String(ANTHROPIC));
    }

    static InvokeModelWithResponseStreamRequest.Builder invokeStream() {
        return InvokeModelWithResponseStreamRequest.builder()
                .modelId(MODEL)
                .contentType("application/json")
                .body(SdkBytes.fromUtf8String(ANTHROPIC));
    }

    static CountTokensRequest.Builder countTokens() {
        return CountTokensRequest.builder()
                .modelId(MODEL)
                .input(input -> input.converse(conversation -> conversation.messages(says("Say hello."))));
    }

    static StartAsyncInvokeRequest.Builder startAsyncInvoke() {
        Document text = Document.mapBuilder().putString("text", "A river in flood.").build();
        return StartAsyncInvokeRequest.builder()
                .modelId(ASYNC_MODEL)
                .clientRequestToken(UUID.randomUUID().toString())
                .modelInput(Document.mapBuilder()
                        .putString("taskType", "TEXT_VIDEO")
                        .putDocument("textToVideoParams", text)
                        .build())
                .outputDataConfig(output -> output.s3OutputDataConfig(s3 -> s3.s3Uri("s3://bucket/out")));
    }

    static GetAsyncInvokeRequest.Builder getAsyncInvoke(String arn) {
        return GetAsyncInvokeRequest.builder().invocationArn(arn);
    }

    static ListAsyncInvokesRequest.Builder listAsyncInvokes() {
        return ListAsyncInvokesRequest.builder();
    }

    static ApplyGuardrailRequest.Builder applyGuardrail() {
        return ApplyGuardrailRequest.builder()
                .guardrailIdentifier("abcd1234efgh")
                .guardrailVersion("1")
                .source(GuardrailContentSource.INPUT)
                .content(block -> block.text(text -> text.text("Say hello.")));
    }
}
