//! Traces in JSON lines: an object for each arrival, whose keys are the columns.

use std::io::{self, BufRead};

use serde_json::{Map, Value};

use super::{Came, Layout, Named, Row};
use crate::scenario::input::{Flaws, each_line, json_object};

pub(super) fn read(reader: &mut dyn BufRead, layout: &Layout, flaws: &mut Flaws) -> io::Result<Vec<Came>> {
    let mut came = Vec::new();
    let mut columns = Known::NotYet;
    each_line(reader, flaws, |line, text, flaws| match columns.understood(text, layout) {
        Some(Ok(row)) => came.push(row),
        Some(Err(cause)) => flaws.add(line, cause),
        None => {}
    })?;
    Ok(came)
}

/// The columns, which the first object tells.
enum Known {
    NotYet,
    Columns(Named),
    /// They are none that can be read: every further line would be wrong in the same way.
    Nothing,
}

impl Known {
    fn understood(&mut self, text: &str, layout: &Layout) -> Option<Result<Came, String>> {
        let object = match (&self, json_object(text)) {
            (Known::Nothing, _) => return None,
            (_, Ok(object)) => object,
            (_, Err(cause)) => return Some(Err(cause)),
        };
        if let Known::NotYet = self {
            let keys: Vec<&str> = object.keys().map(String::as_str).collect();
            match layout.columns(&keys) {
                Ok(columns) => *self = Known::Columns(columns),
                Err(cause) => {
                    *self = Known::Nothing;
                    return Some(Err(cause));
                }
            }
        }
        match self {
            Known::Columns(columns) => Some(row(&object, columns)),
            Known::NotYet | Known::Nothing => None,
        }
    }
}

fn row(object: &Map<String, Value>, columns: &Named) -> Result<Came, String> {
    let cell = |name: &str| match object.get(name) {
        None => Err(format!("there is no `{name}`")),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
    };
    let (time, input) = (cell(&columns.time)?, cell(&columns.input_tokens)?);
    let output = cell(&columns.output_tokens)?;
    Row { time: &time, input: &input, output: &output }.understood(columns)
}
