//! A conversation as one text, for models that only complete texts.

use crate::client::ask::{Ask, Role};

/// The conversation as a text to go on from: a single question as it is, a longer one with the name of each speaker.
pub(super) fn transcript(ask: &Ask, user: &str, model: &str) -> String {
    let system = ask.system.iter().map(|text| format!("{text}\n\n"));
    let said: Vec<String> = match ask.messages.as_slice() {
        [only] => vec![only.text.clone()],
        turns => {
            let name = |role| match role {
                Role::User => user,
                Role::Assistant => model,
            };
            let turns = turns.iter().map(|turn| format!("{}: {}\n", name(turn.role), turn.text));
            turns.chain([format!("{model}:")]).collect()
        }
    };
    system.chain(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ask::Message;

    #[test]
    fn a_question_stays_as_it_is_and_a_conversation_names_its_speakers() {
        let turn = |role, text: &str| Message { role, text: text.into() };
        let ask = |messages, system: Option<&str>| Ask {
            messages,
            system: system.map(Into::into),
            max_tokens: None,
            temperature: None,
            top_p: None,
            stop_sequences: Vec::new(),
            tools: Vec::new(),
            ..Ask::default()
        };
        let one = vec![turn(Role::User, "Hello?")];
        assert_eq!(transcript(&ask(one.clone(), None), "User", "Bot"), "Hello?");
        assert_eq!(transcript(&ask(one, Some("Be brief.")), "User", "Bot"), "Be brief.\n\nHello?");
        let three = vec![turn(Role::User, "Hello?"), turn(Role::Assistant, "Hi."), turn(Role::User, "Well?")];
        let told = transcript(&ask(three, None), "User", "Bot");
        assert_eq!(told, "User: Hello?\nBot: Hi.\nUser: Well?\nBot:");
    }
}
