//! `flows:`

use schemars::JsonSchema;

use super::gateway::Gateway;
use super::load::Load;
use super::model::Tokens;
use super::prompt::Prompt;
use crate::scenario::decode::{List, Optional, Required, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{JsonObject, MaxTokens, Name, Positive, Text, Time, UpToOne};

/// One kind of traffic.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Flow {
    /// What each request asks for.
    pub call: Required<Call>,
    /// The client that carries it.
    pub client: Required<Name>,
    /// How much of it there is.
    pub load: Required<Load>,
    /// What stands in front of it; nothing without this.
    pub gateway: Optional<Gateway>,
}

record!(Flow { call, client, load, gateway });

/// One of Bedrock's ways to ask a model.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Call {
    /// `Converse`
    Converse(CallSettings),
    /// `ConverseStream`
    ConverseStream(CallSettings),
    /// `InvokeModel`, with an Anthropic Messages body.
    Invoke(CallSettings),
    /// `InvokeModelWithResponseStream`, with an Anthropic Messages body.
    InvokeStream(CallSettings),
    /// `StartAsyncInvoke` with an Anthropic Messages body, and `GetAsyncInvoke` until it is over.
    AsyncInvoke(CallSettings),
}

choice!(Call {
    converse: Converse,
    converse_stream: ConverseStream,
    invoke: Invoke,
    invoke_stream: InvokeStream,
    async_invoke: AsyncInvoke,
});

/// What is asked of a model.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct CallSettings {
    /// The model, by its name in this scenario.
    pub model: Required<Name>,
    /// The most tokens that may be written. `unset`: the request does not say, and a quota reserves all that the
    /// model can write. `trace`: as many as the trace says that the answer had, which a replay does unless told otherwise.
    #[schemars(extend("default" = defaults::MAX_TOKENS))]
    pub max_tokens: Optional<MaxTokens>,
    /// Sampling temperature; the model's own without it.
    pub temperature: Optional<UpToOne>,
    /// Nucleus sampling; the model's own without it.
    pub top_p: Optional<UpToOne>,
    /// Texts that end the answer.
    pub stop_sequences: Optional<List<Text>>,
    /// The system prompt.
    pub system: Optional<Text>,
    /// Tokens of a generated text behind the system prompt that all requests of the flow share.
    pub prefix_tokens: Optional<Tokens>,
    /// Whether a mark behind them asks for a place in the model's prompt cache, where it has one.
    #[schemars(extend("default" = defaults::CACHE_PREFIX))]
    pub cache_prefix: Optional<bool>,
    /// What is said: a text, a generated one of some length, one of a file, or a template. Either this or `messages`.
    pub prompt: Optional<Prompt>,
    /// A whole conversation; it begins and ends with the user. Either this or `prompt`.
    pub messages: Optional<List<Message>>,
    /// Tools that the model may call.
    pub tools: Optional<List<Tool>>,
    /// Where the output goes, as in `s3://bucket/prefix`. Of `async_invoke` alone, which needs it.
    pub output: Optional<Text>,
    /// How the client asks whether an invocation is over. Of `async_invoke` alone.
    pub poll: Optional<Poll>,
}

record!(CallSettings {
    model,
    max_tokens,
    temperature,
    top_p,
    stop_sequences,
    system,
    prefix_tokens,
    cache_prefix,
    prompt,
    messages,
    tools,
    output,
    poll
});

/// How a client asks whether an asynchronous invocation is over.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Poll {
    /// The first wait; each is half as long again as the one before.
    #[schemars(extend("default" = Time::written(defaults::POLL_EVERY)))]
    pub every: Optional<Positive<Time>>,
    /// The longest wait.
    #[schemars(extend("default" = Time::written(defaults::POLL_MOST)))]
    pub most: Optional<Positive<Time>>,
    /// When the client gives the invocation up.
    #[schemars(extend("default" = Time::written(defaults::POLL_DEADLINE)))]
    pub deadline: Optional<Positive<Time>>,
}

record!(Poll { every, most, deadline });

/// One turn of a conversation.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Message {
    /// Whose turn it is.
    pub role: Required<Role>,
    /// What is said.
    pub text: Required<Text>,
}

record!(Message { role, text });

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Role {
    /// The caller.
    User,
    /// The model.
    Assistant,
}

choice!(Role: "a role" { user: User, assistant: Assistant });

/// A tool that the model may call.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Tool {
    /// Its name.
    pub name: Required<Name>,
    /// What it does, for the model to read.
    pub description: Optional<Text>,
    /// The JSON Schema of its input.
    pub input_schema: Required<JsonObject>,
}

record!(Tool { name, description, input_schema });
