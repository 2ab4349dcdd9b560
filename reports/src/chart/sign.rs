//! The signs that repeat a verdict's word: a cross, a tick, a wave, an empty ring.
//!
//! Each differs in outline, so that the verdict is told apart without its colour.

use crate::gate::Verdict;
use crate::judge::finding::Severity;
use crate::summary::RunVerdict;

use super::paint::Paint;
use super::svg::{self, Element};

/// The sign of a gate's answer.
pub(crate) fn gate(verdict: Verdict, size: f64) -> Element {
    match verdict {
        Verdict::Fail => cross(size),
        Verdict::NoData => ring(size),
        Verdict::Inconclusive => wave(size),
        Verdict::Pass => tick(size),
    }
}

/// The sign of a run's verdict.
pub(crate) fn run(verdict: RunVerdict, size: f64) -> Element {
    match verdict {
        RunVerdict::Fail => cross(size),
        RunVerdict::Invalid => void(size),
        RunVerdict::Inconclusive => wave(size),
        RunVerdict::Pass => tick(size),
    }
}

/// The sign of a finding.
pub(crate) fn finding(severity: Severity, size: f64) -> Element {
    match severity {
        Severity::Error => cross(size),
        Severity::Warning => void(size),
        Severity::Note => note(size),
    }
}

fn sign(size: f64, marks: impl IntoIterator<Item = Element>) -> Element {
    svg::decoration(size, size).set("viewBox", "0 0 16 16").children(marks)
}

fn stroke(d: &str, paint: Paint, width: f64) -> Element {
    Element::new("path").stroke(paint).set("d", d).set("stroke-width", width).set("fill", "none")
}

fn circle(radius: f64, paint: Paint) -> Element {
    Element::new("circle")
        .stroke(paint)
        .set("cx", 8)
        .set("cy", 8)
        .set("r", radius)
        .set("fill", "none")
        .set("stroke-width", 1.6)
}

fn cross(size: f64) -> Element {
    let ground = Element::new("rect").fill(Paint::Fail).set("width", 16).set("height", 16).set("rx", 3);
    sign(size, [ground, stroke("M5 5l6 6M11 5l-6 6", Paint::Paper, 2.0)])
}

fn tick(size: f64) -> Element {
    sign(size, [circle(7.0, Paint::West), stroke("M4.8 8.3l2.3 2.3 4.2-4.7", Paint::West, 1.7)])
}

fn wave(size: f64) -> Element {
    let diamond = stroke("M8 .9L15.1 8 8 15.1.9 8z", Paint::Ink2, 1.5);
    sign(size, [diamond, stroke("M4.6 8.9c1-1.9 2.2-1.9 3.4-.9s2.4 1 3.4-.9", Paint::Ink2, 1.5)])
}

fn ring(size: f64) -> Element {
    sign(size, [circle(7.0, Paint::Ink3).set("stroke-dasharray", "2.4 2")])
}

/// A circle with an i: worth knowing.
fn note(size: f64) -> Element {
    sign(size, [circle(7.0, Paint::Ink3), stroke("M8 4v1.7M8 7.2v5", Paint::Ink3, 1.7)])
}

/// A triangle with an exclamation mark: look twice.
fn void(size: f64) -> Element {
    let outline = stroke("M8 1.6L15.2 14.4H.8z", Paint::Fail, 1.6).set("stroke-linejoin", "round");
    sign(size, [outline, stroke("M8 6v4M8 11.4v1.6", Paint::Fail, 1.7)])
}
