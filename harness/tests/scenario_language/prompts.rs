//! What requests say: files, templates, prefixes.

use bedload::scenario::{Input, expand};

use crate::expanded::reads_back;
use crate::support::{SMALL, parse};

#[test]
fn prompts_survive_the_way_out_and_back() {
    for call in [
        "prompt: { file: prompts.txt }",
        "prompt: { file: { path: ./prompts.txt, field: x, order: in_turn, distinct: true } }",
        "prompt: { file: { path: prompts.jsonl, field: question, order: shuffled, distinct: false } }",
        "prompt: { template: \"Ticket {{id}}\\n\\\"{{ words 5 }}\\\"\" }",
        "prompt: { template: { text: \"{{a}}{{b-2}}\", vars: { a: [x], b-2: [\"1\", \": y\"] }, distinct: false } }",
        "prefix_tokens: 1k, prompt: { input_tokens: { p50: 10, p99: 20 } }",
        "prefix_tokens: 1, cache_prefix: false, messages: [{ role: user, text: hi }]",
    ] {
        let call = format!("flows.ask.call={{ converse: {{ model: sonnet, {call} }} }}");
        for load in ["users: { quiet: { from: 9, to: 0 } }, turns: 5", "users: 3, turns: { p50: 2, p99: 1k }"]
        {
            let load = format!("flows.ask.load={{ closed: {{ {load} }} }}");
            reads_back(&parse(SMALL, &[&call, &load]).unwrap());
        }
    }
}

#[test]
fn lines_of_text_are_prompts_and_empty_ones_are_none() {
    let plan = parse(SMALL, &["flows.ask.call.converse.prompt={ file: prompts.txt }"]).unwrap();
    let Input::File(file) = &plan.flows()[1].call().input else { unreachable!("a file") };
    assert_eq!(file.texts()[..], ["What is a bed load?", "How does a delta grow?"]);
    assert!(expand(&plan).contains("order: in_turn  # default"));
}
