//! Charts, drawn in Rust as SVG.
//!
//! A chart that needs a script is blank in a strict CI viewer and in print, and a canvas keeps its
//! colours when the theme changes. So every chart is markup: colours stand as presentation attributes
//! in the light palette, and classes override them where a style sheet is allowed. Text must not
//! stretch with the page: the outer `svg` is as wide as its column and of fixed height with `x` in per
//! cent, and only paths live in an inner, stretched `svg` whose strokes do not scale.
//!
//! ```text
//! paint (the palette) ─▶ svg (the writer) ─▶ clock, axis (scales) ─▶ plot, heat, lanes (one panel over time)
//!                                                              └──▶ levels, percentile, scatter, waterfall, spark, limit_bar, change_bar, sign
//! ```
//!
//! Charts do geometry, nothing else: what is drawn was computed by the tally.

pub(crate) mod axis;
pub(crate) mod change_bar;
pub(crate) mod clock;
pub(crate) mod heat;
mod label;
pub(crate) mod lanes;
pub(crate) mod levels;
pub(crate) mod limit_bar;
pub(crate) mod paint;
pub(crate) mod percentile;
pub(crate) mod plot;
pub(crate) mod scatter;
pub(crate) mod sign;
pub(crate) mod spark;
pub(crate) mod steps;
pub(crate) mod svg;
pub(crate) mod waterfall;
