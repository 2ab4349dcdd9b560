use std::num::NonZeroU32;

use serde_json::json;

use super::*;
use crate::bedrock::ask::Tool;
use crate::bedrock::canned::CannedStop;
use crate::spread::Spread;

const TOKENS_PER_EVENT: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);

fn asked(ask: Ask, output_tokens: u32) -> Answer {
    saying(Saying::Essay, ask, output_tokens)
}

fn saying(saying: Saying<'_>, ask: Ask, output_tokens: u32) -> Answer {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::from_millis(400)),
        per_token: Spread::constant(Duration::from_millis(10)),
        output_tokens: Spread::constant(output_tokens),
        tokens_per_event: TOKENS_PER_EVENT,
    };
    Answer::to(&ask, &behaviour, behaviour.output_tokens, saying, CacheUse::default(), Chance::new(7, 0))
}

fn answer(output_tokens: u32, max_tokens: Option<u32>) -> Answer {
    asked(
        Ask { prompt_tokens: 5, max_tokens: max_tokens.and_then(NonZeroU32::new), ..Ask::default() },
        output_tokens,
    )
}

fn weather() -> Vec<Tool> {
    let schema =
        json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    vec![Tool { name: "weather".to_owned(), schema }]
}

/// What a stream adds up to, block by block: `kind: text`.
fn told(answer: &Answer) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for step in answer.clone().steps() {
        match step.act {
            Act::Start(Start::Reasoning) => blocks.push("reasoning: ".into()),
            Act::Start(Start::Text) => blocks.push("text: ".into()),
            Act::Start(Start::ToolUse { name, .. }) => blocks.push(format!("{name}: ")),
            Act::Delta(Delta::Reasoning(text) | Delta::Text(text) | Delta::Input(text)) => {
                assert_eq!(step.index, blocks.len() - 1);
                blocks[step.index] += &text;
            }
            Act::Delta(Delta::Signature(_)) | Act::Stop => assert_eq!(step.index, blocks.len() - 1),
        }
    }
    blocks
}

/// The same of the whole answer.
fn shown(answer: &Answer) -> Vec<String> {
    let show = |block: &Block| match block {
        Block::Reasoning { words, .. } => format!("reasoning: {}", words.whole()),
        Block::Text(words) => format!("text: {}", words.whole()),
        Block::ToolUse(call) => format!("{}: {}", call.name, call.input()),
    };
    answer.blocks().iter().map(show).collect()
}

#[test]
fn deltas_come_when_their_first_token_does() {
    let times: Vec<u128> = answer(8, None).steps().map(|step| step.at.as_millis()).collect();
    assert_eq!(times, [400, 400, 430, 460, 470]);
    assert_eq!(answer(8, None).latency_ms(), 470);
}

#[test]
fn a_limit_cuts_only_what_is_longer() {
    let cases = [
        (8, None, 8, StopReason::EndTurn),
        (8, Some(8), 8, StopReason::EndTurn),
        (8, Some(7), 7, StopReason::MaxTokens),
        (0, Some(7), 1, StopReason::EndTurn),
        (u32::MAX, None, MOST_TOKENS, StopReason::EndTurn),
    ];
    for (would_say, may_say, tokens, stop) in cases {
        let answer = answer(would_say, may_say);
        assert_eq!((answer.usage().output_tokens, answer.stop()), (tokens, &stop), "{would_say} {may_say:?}");
    }
}

#[test]
fn a_stream_tells_what_the_whole_shows_and_ends_when_it_does() {
    let budget = NonZeroU32::new(6).map_or(Thinking::Off, Thinking::Budget);
    for (thinking, tools) in
        [(Thinking::Off, vec![]), (budget, vec![]), (budget, weather()), (Thinking::Off, weather())]
    {
        for would_say in 1..20 {
            let answer = asked(Ask { thinking, tools: tools.clone(), ..Ask::default() }, would_say);
            assert_eq!(told(&answer), shown(&answer));
            assert_eq!(answer.clone().steps().last().map(|step| step.at), Some(answer.done_at()));
            let times: Vec<Duration> = answer.steps().map(|step| step.at).collect();
            assert!(times.is_sorted());
        }
    }
}

#[test]
fn thoughts_keep_to_their_budget_and_count() {
    let budget = NonZeroU32::new(6).map_or(Thinking::Off, Thinking::Budget);
    let answer = asked(Ask { thinking: budget, ..Ask::default() }, 8);
    let tokens: Vec<u32> = answer.blocks().iter().map(Block::tokens).collect();
    assert_eq!(tokens, [6, 8]);
    assert_eq!(answer.usage().output_tokens, 14);
}

#[test]
fn a_model_that_may_call_a_tool_speaks_first_and_one_that_must_does_not() {
    let kinds = |tool_choice| {
        let answer = asked(Ask { tools: weather(), tool_choice, ..Ask::default() }, 8);
        assert_eq!(answer.stop(), &StopReason::ToolUse);
        shown(&answer)
            .iter()
            .filter_map(|block| block.split(':').next().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(ToolChoice::Auto), ["text", "weather"]);
    assert_eq!(kinds(ToolChoice::Any), ["weather"]);
    assert_eq!(kinds(ToolChoice::Named("weather".into())), ["weather"]);
}

#[test]
fn a_call_that_is_cut_off_is_half_told_and_shown_empty() {
    let max_tokens = NonZeroU32::new(2);
    let answer =
        asked(Ask { tools: weather(), tool_choice: ToolChoice::Any, max_tokens, ..Ask::default() }, 8);
    assert_eq!(answer.stop(), &StopReason::MaxTokens);
    assert_eq!(told(&answer), ["weather: {\"city\":"]);
    assert_eq!(shown(&answer), ["weather: {}"]);
}

#[test]
fn an_answer_ends_before_a_stop_sequence_unless_it_is_cut_off_earlier() {
    let stopped = |max_tokens: Option<u32>| {
        let max_tokens = max_tokens.and_then(NonZeroU32::new);
        let answer = asked(Ask { stop_sequences: vec![" the ".into()], max_tokens, ..Ask::default() }, 100);
        (shown(&answer).concat(), answer.stop().clone())
    };
    let (text, stop) = stopped(None);
    assert!(!text.contains(" the "), "{text}");
    assert_eq!(stop, StopReason::StopSequence(" the ".into()));
    assert_eq!(stopped(Some(2)).1, StopReason::MaxTokens);
}

#[test]
fn an_echo_says_what_was_said_within_the_limits() {
    let ask = |max_tokens: Option<u32>, stop: &str| Ask {
        last_said: "one two three END four".into(),
        max_tokens: max_tokens.and_then(NonZeroU32::new),
        stop_sequences: vec![stop.into()],
        tools: weather(),
        ..Ask::default()
    };
    let cases = [
        (ask(None, "never"), "text: one two three END four", 6, StopReason::EndTurn),
        (ask(Some(2), "never"), "text: one two ", 2, StopReason::MaxTokens),
        (ask(None, " END"), "text: one two three", 4, StopReason::StopSequence(" END".into())),
    ];
    for (ask, text, tokens, stop) in cases {
        let answer = saying(Saying::Echo, ask, 8);
        assert_eq!(shown(&answer), [text]);
        assert_eq!(told(&answer), [text]);
        assert_eq!((answer.usage().output_tokens, answer.stop()), (tokens, &stop));
    }
    let wordless = saying(Saying::Echo, Ask::default(), 8);
    assert_eq!(wordless.usage().output_tokens, 8);
}

#[test]
fn a_rule_says_or_calls_what_it_holds() {
    let says = CannedRule::say("No.").stop(CannedStop::GuardrailIntervened);
    let answer = saying(Saying::Canned(&says), Ask { tools: weather(), ..Ask::default() }, 8);
    assert_eq!(
        (shown(&answer), answer.stop()),
        (vec!["text: No.".to_owned()], &StopReason::GuardrailIntervened)
    );
    let calls = CannedRule::call_with("weather", json!({ "city": 7 }));
    let answer =
        saying(Saying::Canned(&calls), Ask { tools: weather(), brings_result: true, ..Ask::default() }, 8);
    assert_eq!(answer.stop(), &StopReason::ToolUse);
    assert_eq!(shown(&answer), [r#"weather: {"city":7}"#]);
    let both =
        CannedRule::say("Let me see.").and_calls("weather", json!({})).stop(CannedStop::MalformedToolUse);
    let answer = saying(Saying::Canned(&both), Ask { tools: weather(), ..Ask::default() }, 8);
    assert_eq!(answer.stop(), &StopReason::MalformedToolUse);
    assert_eq!(shown(&answer), ["text: Let me see.", "weather: {}"]);
    assert_eq!(told(&answer), shown(&answer));
}

#[test]
fn a_rule_may_stop_for_any_reason_of_converse() {
    let sequence = StopReason::StopSequence("END".into());
    let cases = [
        (CannedStop::EndTurn, StopReason::EndTurn),
        (CannedStop::ToolUse, StopReason::ToolUse),
        (CannedStop::MaxTokens, StopReason::MaxTokens),
        (CannedStop::StopSequence, sequence),
        (CannedStop::GuardrailIntervened, StopReason::GuardrailIntervened),
        (CannedStop::ContentFiltered, StopReason::ContentFiltered),
        (CannedStop::MalformedModelOutput, StopReason::MalformedModelOutput),
        (CannedStop::MalformedToolUse, StopReason::MalformedToolUse),
        (CannedStop::ContextWindowExceeded, StopReason::ContextWindowExceeded),
    ];
    for (stop, expected) in cases {
        let ask = Ask { stop_sequences: vec!["END".into()], ..Ask::default() };
        assert_eq!(saying(Saying::Canned(&CannedRule::say("No.").stop(stop)), ask, 8).stop(), &expected);
    }
}

#[test]
fn a_model_thinks_as_long_as_it_was_told_to_and_no_longer_than_it_may() {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::ZERO),
        per_token: Spread::constant(Duration::ZERO),
        output_tokens: Spread::constant(8),
        tokens_per_event: TOKENS_PER_EVENT,
    };
    let ask = Ask { thinking: Thinking::Budget(NonZeroU32::MIN.saturating_add(99)), ..Ask::default() };
    for (told, expected) in [(0, 8), (1, 9), (60, 68), (5000, 108)] {
        let thoughts = Spread::constant(told);
        let answer =
            Answer::to(&ask, &behaviour, thoughts, Saying::Essay, CacheUse::default(), Chance::new(7, 0));
        assert_eq!(answer.usage().output_tokens, expected, "{told}");
    }
}

#[test]
fn an_empty_text_is_an_answer_too() {
    let empty = CannedRule::say("");
    let answer = saying(Saying::Canned(&empty), Ask::default(), 8);
    assert_eq!(told(&answer), shown(&answer));
    assert_eq!((answer.usage().output_tokens, answer.stop()), (1, &StopReason::EndTurn));
}
