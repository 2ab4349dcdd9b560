//! `quota:`

use schemars::JsonSchema;

use crate::scenario::decode::{Optional, Required, Table, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{RegionName, Whole};

/// Requests or tokens in a minute or a day.
pub(crate) type Count = Whole<1, 1_000_000_000_000>;

/// How much of a model an account may use in each region. What is not named has no limit.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Quota {
    /// Requests in a minute.
    pub rpm: Optional<Count>,
    /// Tokens in a minute. A request reserves its input and `max_tokens`, and settles for what it used.
    pub tpm: Optional<Count>,
    /// Tokens in a day.
    pub tpd: Optional<Count>,
    /// How many tokens of the quota each output token uses up.
    #[schemars(extend("default" = defaults::BURNDOWN))]
    pub burndown: Optional<Whole<1, 100>>,
    /// Whether input that is read from the prompt cache is reserved too.
    #[schemars(extend("default" = defaults::COUNT_CACHE_READS))]
    pub count_cache_reads: Optional<bool>,
    /// When what was used in a minute comes back.
    #[schemars(extend("default" = crate::scenario::words::window_law(defaults::WINDOW)))]
    pub window: Optional<WindowWord>,
    /// Another quota for each inference profile of the model; the same as the model's own without this.
    pub profile: Optional<ProfileQuota>,
    /// Capacity bought for the tier `reserved`; what lies beyond goes to the tier `default`.
    pub reserved: Optional<Reserved>,
    /// Capacity bought in units, by the last word of its ARN
    /// (`arn:aws:bedrock:REGION:ACCOUNT:provisioned-model/WORD`), which requests name in place of the model's id.
    pub provisioned: Optional<Table<Provisioned>>,
}

record!(Quota { rpm, tpm, tpd, burndown, count_cache_reads, window, profile, reserved, provisioned });

/// When used quota comes back.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum WindowWord {
    /// All of it at the beginning of each minute of the clock.
    ClockMinute,
    /// A sixtieth of it each second.
    Refill,
}

choice!(WindowWord: "a window" { clock_minute: ClockMinute, refill: Refill });

/// The quota of an inference profile. What is not named has no limit; the tokens of a day are the model's.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ProfileQuota {
    /// Requests in a minute.
    pub rpm: Optional<Count>,
    /// Tokens in a minute.
    pub tpm: Optional<Count>,
}

record!(ProfileQuota { rpm, tpm });

/// Capacity of the tier `reserved`, which counts input and output apart.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Reserved {
    /// Input tokens in a minute; Bedrock sells 100,000 at least.
    pub input_tpm: Required<Count>,
    /// Output tokens in a minute; Bedrock sells 10,000 at least.
    pub output_tpm: Required<Count>,
}

record!(Reserved { input_tpm, output_tpm });

/// Provisioned throughput.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Provisioned {
    /// The region that has it; the first that serves the model without this.
    pub region: Optional<RegionName>,
    /// How many model units.
    #[schemars(extend("default" = defaults::UNITS))]
    pub units: Optional<Whole<1, 10_000>>,
    /// What each of them takes: tokens in a minute.
    pub tpm_per_unit: Required<Count>,
}

record!(Provisioned { region, units, tpm_per_unit });
