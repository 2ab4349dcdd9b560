use super::*;

/// What a file holds as `at_s input output`, and what is wrong in it.
fn read(file: &str, layout: &Layout, text: &str) -> (Vec<String>, String) {
    let mut flaws = Flaws::default();
    let read = arrivals(&mut text.as_bytes(), is_json(file), layout, &mut flaws);
    let arrivals = read.unwrap_or_else(|error| unreachable!("{error}"));
    let told = |traced: &Traced| {
        format!("{} {} {}", traced.at.as_secs_f64(), traced.lengths.input, traced.lengths.output)
    };
    (arrivals.iter().map(told).collect(), format!("{flaws:?}"))
}

fn held(file: &str, layout: &Layout, text: &str) -> Vec<String> {
    let (arrivals, flaws) = read(file, layout, text);
    assert!(flaws.contains("count: 0"), "{flaws}");
    arrivals
}

#[test]
fn published_formats_are_known_by_their_columns() {
    let azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n\
                 2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n";
    let burst = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n\
                 5,ChatGPT,472,18,490,Conversation log\n45.5,GPT-4,1087,0,1087,API log\n";
    let sessions = "\u{feff}Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n\
                    0,a,1.5,\"ChatGPT, old\",10,20,30,x\n";
    let mooncake = "{\"timestamp\": 27482, \"input_length\": 6955, \"output_length\": 52, \"hash_ids\": [46, 47]}\n\n\
                    {\"timestamp\": 30535, \"input_length\": 6472, \"output_length\": 26, \"hash_ids\": [46]}\n";
    for (file, format, text, expected) in [
        ("a.csv", Format::Azure, azure, &["0 374 44", "4.314579 396 109"][..]),
        ("b.csv", Format::BurstGpt, burst, &["0 472 18", "40.5 1087 0"]),
        ("b.csv", Format::BurstGpt, sessions, &["0 10 20"]),
        ("m.jsonl", Format::Mooncake, mooncake, &["0 6955 52", "3.053 6472 26"]),
    ] {
        assert_eq!(held(file, &Layout::Auto, text), expected, "{file}");
        assert_eq!(held(file, &Layout::Format(format), text), expected, "{file}");
    }
}

#[test]
fn columns_may_have_any_names_and_rows_any_order() {
    let columns = Named {
        time: "at".into(),
        times: Times::Micros,
        input_tokens: "in".into(),
        output_tokens: "out".into(),
    };
    let layout = Layout::Columns(columns);
    let csv = "out, at ,in\n2,2000000,1\n4,1000000,3\n6,2000000,5\n";
    assert_eq!(held("t.csv", &layout, csv), ["0 3 4", "1 1 2", "1 5 6"]);
    let json = "{\"at\":\"7\",\"in\":1,\"out\":2.0}";
    assert_eq!(held("t.NDJSON", &layout, json), ["0 1 2"]);
}

#[test]
fn mistakes_are_told_by_line_and_counted() {
    let csv = "TIMESTAMP,ContextTokens,GeneratedTokens\n\
               yesterday,1,2\n2023-11-16 18:15:46,1\n2023-11-16 18:15:46,many,2\n2023-11-16 18:15:46,1,-2\n\
               2023-11-16 18:15:46,1,2\n2023-11-16 18:15:46,1,2.5\n2023-11-16 18:15:46,,2\n";
    let (_, flaws) = read("t.csv", &Layout::Auto, csv);
    for part in [
        "(Some(2), \"`yesterday` in `TIMESTAMP` is not a date with a time\")",
        "(Some(3), \"2 of 3 columns\")",
        "(Some(4), \"`many` in `ContextTokens` is not a number of tokens\")",
        "(Some(5), \"`-2` in `GeneratedTokens` is not a number of tokens\")",
        "(Some(7), \"`2.5` in `GeneratedTokens`",
        "count: 6",
    ] {
        assert!(flaws.contains(part), "{part} is not in {flaws}");
    }
    for (file, layout, text, part) in [
        ("t.csv", Layout::Auto, "", "columns of no format that is known: nothing; name them"),
        ("t.csv", Layout::Auto, "a,b\n", "columns of no format that is known: `a` and `b`; name them"),
        (
            "t.csv",
            Layout::Format(Format::Azure),
            "TIMESTAMPS,ContextTokens,GeneratedTokens\n1,2,3\n",
            "there is no column `TIMESTAMP` among `TIMESTAMPS`, `ContextTokens` and `GeneratedTokens`; did you mean",
        ),
        (
            "t.csv",
            Layout::Auto,
            "TIMESTAMP,ContextTokens,GeneratedTokens\n",
            "(None, \"it holds no arrival\")",
        ),
        ("t.jsonl", Layout::Auto, "\n[1]\n", "(Some(2), \"not an object of JSON\")"),
        ("t.jsonl", Layout::Auto, "{\n", "(Some(1), \"not JSON: "),
        ("t.jsonl", Layout::Auto, "{\"a\":1}\n{\"a\":1}\n", "count: 1"),
        (
            "t.jsonl",
            Layout::Auto,
            "{\"timestamp\":1,\"input_length\":1,\"output_length\":1}\n{\"timestamp\":1}\n",
            "(Some(2), \"there is no `input_length`\")",
        ),
    ] {
        let (_, flaws) = read(file, &layout, text);
        assert!(flaws.contains(part), "{part} is not in {flaws}");
    }
    let mut flaws = Flaws::default();
    let bytes =
        b"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,\xff,1\n2023-11-16 18:15:46,1,1\n";
    let read = arrivals(&mut &bytes[..], false, &Layout::Auto, &mut flaws);
    assert_eq!(read.map(|arrivals| arrivals.len()).ok(), Some(1));
    assert!(format!("{flaws:?}").contains("(Some(2), \"not UTF-8 text\")"), "{flaws:?}");
}
