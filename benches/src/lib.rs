//! Benches for each cost that could bend a measurement; the code is in `benches/`.
//!
//! | bench | the cost |
//! | --- | --- |
//! | `pace` | deciding when the next request is due |
//! | `records` | writing a record, reading it back, folding it into figures |
//! | `exchange` | a Converse call through the SDK in memory: bare, and with everything that bedload adds |
//! | `mock` | a request to the mock over TCP, and how late its paced streams are |
//!
//! `cargo bench -p bedload-benches`. Figures are ratios within one run; no bench asserts a time.
