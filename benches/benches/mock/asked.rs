//! Requests as bytes, as botocore would send them.

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1%3A0";
const BODY: &str = r#"{"messages":[{"role":"user","content":[{"text":"Tell me, in a few sentences, what a river carries along its bed when the water rises, and what becomes of it when the water goes down again."}]}],"inferenceConfig":{"maxTokens":512}}"#;

/// A request for an operation, by its path segment, with this number in its invocation id.
pub(crate) fn request(operation: &str, number: usize) -> Vec<u8> {
    format!(
        "POST /model/{MODEL}/{operation} HTTP/1.1\r\n\
         host: 127.0.0.1:4580\r\n\
         accept-encoding: identity\r\n\
         content-type: application/json\r\n\
         user-agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11.2 cfg/retry-mode#standard\r\n\
         x-amz-date: 20260101T000000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/bedrock/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=173f9bf771610647e5570d55a8a3258722f61a570b4cb7322406e16bd714ac60\r\n\
         amz-sdk-invocation-id: {number:08}-5c52-4ab9-8a3c-9ee3a6a5f0de\r\n\
         amz-sdk-request: attempt=1; max=3\r\n\
         content-length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
    .into_bytes()
}
