//! What each request of a flow asks for.

use std::time::Duration;

use bedload_reports::record::{Name, Operation};

use super::prompt::{PromptFile, PromptTemplate};
use super::spread::Spread;
use super::target::PREFIXES;
use super::{Behaviour, World};
use crate::client::ask::{Message, Role, Tool};
use crate::client::async_invoke::Polling;
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional};
use crate::scenario::defaults;
use crate::scenario::file::{self, CallSettings};
use crate::scenario::input::Inputs;
use crate::scenario::leaf::{Positive, Time};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// What each request of a flow asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct CallSpec {
    /// By which of Bedrock's operations.
    pub operation: Operation,
    /// The model that is asked first, by its name in the scenario.
    pub model: Name,
    /// The most tokens that may be written.
    pub max_tokens: AnswerLimit,
    /// Sampling temperature; the model's own without it.
    pub temperature: Option<f32>,
    /// Nucleus sampling; the model's own without it.
    pub top_p: Option<f32>,
    /// Texts that end the answer.
    pub stop_sequences: Vec<String>,
    /// The system prompt.
    pub system: Option<String>,
    /// Tokens behind the system prompt that all requests share.
    pub prefix_tokens: Option<u32>,
    /// Whether a mark behind them asks for a place in the prompt cache.
    pub cache_prefix: bool,
    /// What is said.
    pub input: Input,
    /// Tools that the model may call.
    pub tools: Vec<Tool>,
    /// How an asynchronous invocation is followed, if the call is one.
    pub polling: Option<Polling>,
}

/// The most tokens that an answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerLimit {
    /// So many.
    Tokens(u32),
    /// The request does not say.
    Unset,
    /// As many as the trace says that the answer had.
    Traced,
}

impl AnswerLimit {
    /// The limit that is the same in every request, if there is one.
    pub fn fixed(self) -> Option<u32> {
        match self {
            AnswerLimit::Tokens(tokens) => Some(tokens),
            AnswerLimit::Unset | AnswerLimit::Traced => None,
        }
    }
}

/// What is said to a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A generated text of so many tokens, different for every request.
    Tokens(Spread),
    /// A generated text of as many tokens as the trace says, different for every request.
    Traced,
    /// One of a file.
    File(PromptFile),
    /// A template, filled in.
    Template(Box<PromptTemplate>),
    /// This conversation, the same in every request. It begins and ends with the user.
    Messages(Vec<Message>),
}

impl CallSpec {
    /// The most tokens that an answer may have, within what request and model allow.
    pub fn most_output(&self, behaviour: &Behaviour) -> u32 {
        self.max_tokens.fixed().unwrap_or(u32::MAX).min(behaviour.max_output_tokens)
    }

    pub(super) fn build(
        raw: &file::Call,
        replayed: Replayed,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let (operation, settings) = operation(raw);
        let model = model(operation, settings, world, notes);
        let input = input(settings, replayed, &world.inputs, notes);
        let cache_prefix = cache_prefix(settings, notes);
        let max_tokens = max_tokens(operation, settings, replayed, notes);
        let polling = polling(operation, settings, notes);
        Ok(CallSpec {
            operation,
            model: model?,
            max_tokens: max_tokens?,
            temperature: settings.temperature.value()?.map(|number| number.get() as f32),
            top_p: settings.top_p.value()?.map(|number| number.get() as f32),
            stop_sequences: all(&settings.stop_sequences, |text| Ok(text.get().to_string()))?,
            system: settings.system.value()?.map(|text| text.get().to_string()),
            prefix_tokens: settings.prefix_tokens.value()?.map(|tokens| tokens.get_u32()),
            cache_prefix: cache_prefix?,
            input: input?,
            tools: all(&settings.tools, tool)?,
            polling: polling?,
        })
    }
}

fn operation(raw: &file::Call) -> (Operation, &CallSettings) {
    match raw {
        file::Call::Converse(settings) => (Operation::Converse, settings),
        file::Call::ConverseStream(settings) => (Operation::ConverseStream, settings),
        file::Call::Invoke(settings) => (Operation::Invoke, settings),
        file::Call::InvokeStream(settings) => (Operation::InvokeStream, settings),
        file::Call::AsyncInvoke(settings) => (Operation::AsyncInvoke, settings),
    }
}

/// How an asynchronous invocation is followed: where its output goes must be said, and only there it can be.
fn polling(operation: Operation, raw: &CallSettings, notes: &mut Notes) -> Result<Option<Polling>, Noted> {
    let (output, poll) = (raw.output.get()?, raw.poll.get()?);
    if operation != Operation::AsyncInvoke {
        let stray = output.map(|output| output.place).or(poll.map(|poll| poll.place));
        return stray.map_or(Ok(None), |place| {
            let message = format!("`{}` answers at once: there is nothing to follow", operation.name());
            let note = Note::new(Code::Contradiction, place, message).label("of `async_invoke` alone");
            Err(notes.add(note.help("remove it, or call `async_invoke`")))
        });
    }
    let Some(output) = output else {
        let note = Note::new(
            Code::MissingKey,
            raw.model.get()?.place,
            "an asynchronous invocation without an output",
        )
        .label("where does its answer go?")
        .help("add `output: s3://bucket/prefix`");
        return Err(notes.add(note));
    };
    if !output.value.get().starts_with("s3://") {
        let note = Note::new(Code::OutOfRange, output.place, "an output that is no place in S3");
        return Err(notes.add(note.label("not an S3 URI").help("write it as `s3://bucket/prefix`")));
    }
    let time = |pick: fn(&file::Poll) -> &Optional<Positive<Time>>, usual: Duration| {
        poll.map_or(Ok(usual), |poll| pick(&poll.value).map_or(usual, |time| time.get().get()))
    };
    Ok(Some(Polling {
        output: output.value.get().clone(),
        every: time(|poll| &poll.every, defaults::POLL_EVERY)?,
        most: time(|poll| &poll.most, defaults::POLL_MOST)?,
        deadline: time(|poll| &poll.deadline, defaults::POLL_DEADLINE)?,
    }))
}

/// Whether an operation carries the words of the model itself.
pub(super) fn speaks_bodies(operation: Operation) -> bool {
    matches!(operation, Operation::Invoke | Operation::InvokeStream | Operation::AsyncInvoke)
}

/// Whether a trace tells how long prompts and answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replayed {
    Yes,
    No,
    /// The load could not be read.
    Unknown,
}

impl Replayed {
    pub(super) fn by(load: Result<&file::Load, Noted>) -> Self {
        match load {
            Ok(file::Load::Replay(_)) => Replayed::Yes,
            Ok(_) => Replayed::No,
            Err(_) => Replayed::Unknown,
        }
    }
}

/// The note for lengths of a trace where there is none.
fn no_trace(place: Place) -> Note {
    Note::new(Code::Contradiction, place, "as long as in a trace, but the load replays none")
        .label("which trace?")
        .help("give a number, or `load: { replay: { file: … } }`")
}

fn max_tokens(
    operation: Operation,
    raw: &CallSettings,
    replayed: Replayed,
    notes: &mut Notes,
) -> Result<AnswerLimit, Noted> {
    let Some(given) = raw.max_tokens.get()? else {
        return Ok(match replayed {
            Replayed::Yes => AnswerLimit::Traced,
            Replayed::No | Replayed::Unknown => AnswerLimit::Tokens(defaults::MAX_TOKENS as u32),
        });
    };
    match given.value.get() {
        AnswerLimit::Unset if speaks_bodies(operation) => {
            let message = format!(
                "`max_tokens: unset` on `{}`: a body of Anthropic Messages must say",
                operation.name()
            );
            let note = Note::new(Code::Unsupported, given.place, message)
                .label("must be a number here")
                .help("give a number, or call `converse` or `converse_stream`");
            Err(notes.add(note))
        }
        AnswerLimit::Traced if replayed == Replayed::No => Err(notes.add(no_trace(given.place))),
        limit => Ok(limit),
    }
}

fn model(operation: Operation, raw: &CallSettings, world: &World, notes: &mut Notes) -> Result<Name, Noted> {
    let given = raw.model.get()?;
    let name = world.models.find(given.value.get(), given.place, notes)?;
    match unheard(operation, &name, given.place, world) {
        Some(note) => Err(notes.add(note)),
        None => Ok(name),
    }
}

/// Why an operation cannot ask a model, if it cannot.
pub(super) fn unheard(operation: Operation, name: &Name, place: Place, world: &World) -> Option<Note> {
    let way = world.ways.iter().find(|way| way.model == *name)?;
    if speaks_bodies(operation) && !way.id.contains("anthropic.") {
        let message =
            format!("`{}` on `{name}`: only Anthropic Messages bodies are spoken so far", operation.name());
        let note = Note::new(Code::Unsupported, place, message)
            .label(format!("its id is `{}`", way.id))
            .help("ask it through `converse` or `converse_stream`, which every model takes");
        return Some(note);
    }
    if !way.on_demand && !is_profile(&way.id) {
        let message = format!("model `{name}` is served through a profile only, and its id is none");
        let note = Note::new(Code::Contradiction, place, message)
            .label("refused each time")
            .help(format!("write `id: us.{}` or the like, or remove `on_demand: false`", way.id));
        return Some(note);
    }
    None
}

/// Whether an id is that of an inference profile, or an ARN of one or of provisioned units.
fn is_profile(id: &str) -> bool {
    id.contains("inference-profile/")
        || id.contains("provisioned-model/")
        || PREFIXES.iter().any(|prefix| id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')))
}

/// Whether a shared prefix is marked; there must be one to be marked or not.
fn cache_prefix(raw: &CallSettings, notes: &mut Notes) -> Result<bool, Noted> {
    match raw.cache_prefix.get()? {
        Some(given) if !raw.prefix_tokens.is_given() => {
            let note = Note::new(Code::Contradiction, given.place, "nothing is shared that could be cached")
                .label("of `prefix_tokens` alone")
                .help("add `prefix_tokens: 2k`, or remove it");
            Err(notes.add(note))
        }
        given => Ok(given.map_or(defaults::CACHE_PREFIX, |given| given.value)),
    }
}

fn input(raw: &CallSettings, replayed: Replayed, inputs: &Inputs, notes: &mut Notes) -> Result<Input, Noted> {
    match (raw.prompt.get()?, raw.messages.get()?) {
        (None, None) if replayed == Replayed::Yes => Ok(Input::Traced),
        (None, None) => Ok(Input::Tokens(defaults::INPUT_TOKENS)),
        (Some(given), None) => prompt(given, replayed, inputs, notes),
        (None, Some(messages)) => conversation(messages, notes),
        (Some(prompt), Some(messages)) => {
            let note = Note::new(Code::Contradiction, messages.place, "`messages` beside `prompt`")
                .label("the second thing to say")
                .also(prompt.place.span, "the first")
                .help("keep one of the two");
            Err(notes.add(note))
        }
    }
}

fn prompt(
    given: &At<file::Prompt>,
    replayed: Replayed,
    inputs: &Inputs,
    notes: &mut Notes,
) -> Result<Input, Noted> {
    let place = given.place;
    match &given.value {
        file::Prompt::InputTokens(file::PromptTokens::Spread(spread)) => Ok(Input::Tokens(spread.get())),
        file::Prompt::InputTokens(file::PromptTokens::Traced) if replayed == Replayed::No => {
            Err(notes.add(no_trace(given.place)))
        }
        file::Prompt::InputTokens(file::PromptTokens::Traced) => Ok(Input::Traced),
        file::Prompt::File(file) => {
            PromptFile::build(&At { value: file, place }, inputs, notes).map(Input::File)
        }
        file::Prompt::Template(template) => {
            let template = PromptTemplate::build(&At { value: template, place }, notes)?;
            Ok(Input::Template(Box::new(template)))
        }
        file::Prompt::Text(text) => {
            Ok(Input::Messages(vec![Message { role: Role::User, text: text.get().to_string() }]))
        }
    }
}

fn conversation(raw: &At<List<file::Message>>, notes: &mut Notes) -> Result<Input, Noted> {
    let messages = read(&raw.value, message)?;
    let is_user = |message: Option<&Message>| message.is_some_and(|message| message.role == Role::User);
    if !is_user(messages.first()) || !is_user(messages.last()) {
        let note = Note::new(Code::Contradiction, raw.place, "a conversation begins and ends with the user")
            .label("this one does not")
            .help("begin and end with `{ role: user, text: … }`");
        return Err(notes.add(note));
    }
    Ok(Input::Messages(messages))
}

fn message(raw: &file::Message) -> Result<Message, Noted> {
    let role = match raw.role.value()? {
        file::Role::User => Role::User,
        file::Role::Assistant => Role::Assistant,
    };
    Ok(Message { role, text: raw.text.value()?.get().to_string() })
}

fn tool(raw: &file::Tool) -> Result<Tool, Noted> {
    Ok(Tool {
        name: raw.name.value()?.get().to_string(),
        description: raw.description.value()?.map(|text| text.get().to_string()),
        input_schema: raw.input_schema.value()?.get().clone(),
    })
}

/// The items of a list that may be left out.
fn all<T, U>(raw: &Optional<List<T>>, make: impl Fn(&T) -> Result<U, Noted>) -> Result<Vec<U>, Noted> {
    raw.value()?.map_or(Ok(Vec::new()), |list| read(list, make))
}

pub(super) fn read<T, U>(list: &List<T>, make: impl Fn(&T) -> Result<U, Noted>) -> Result<Vec<U>, Noted> {
    list.items().iter().map(|item| make(&item.as_ref().map_err(|noted| *noted)?.value)).collect()
}
