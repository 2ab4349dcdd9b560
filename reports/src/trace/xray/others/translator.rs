//! Who else makes X-Ray documents of spans.

use std::fmt;

/// A translator that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Translator {
    /// That of the OpenTelemetry Collector's `awsxray` exporter 0.161.0.
    Collector,
    /// That of the crate `opentelemetry-aws` 0.21.0.
    OpentelemetryAws,
}

impl Translator {
    pub(super) const ALL: [Translator; 2] = [Translator::Collector, Translator::OpentelemetryAws];

    /// A line for each document, or for each span that has none.
    pub(super) fn recording(self) -> &'static str {
        match self {
            Translator::Collector => {
                include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/checks/translators/recorded/collector.jsonl"
                ))
            }
            Translator::OpentelemetryAws => {
                include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/checks/translators/recorded/opentelemetry-aws.jsonl"
                ))
            }
        }
    }

    /// Where it puts the attributes of a span that have no field of their own.
    pub(super) fn metadata(self) -> &'static str {
        match self {
            Translator::Collector => "metadata/default/",
            Translator::OpentelemetryAws => "metadata/",
        }
    }
}

impl fmt::Display for Translator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Translator::Collector => "the Collector",
            Translator::OpentelemetryAws => "opentelemetry-aws",
        })
    }
}
