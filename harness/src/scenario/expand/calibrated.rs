//! Fitted models as `models:` of a scenario, with what is known of the fit beside them.

use bedload_mocks::{Geography, Quantiles};
use bedload_reports::calibration::{
    Admitted, Calibrated, Errors, FEWEST_ANSWERS, Fit, Fitted, Law, Onset, Parts,
};
use bedload_reports::header::Header;

use super::page::{Page, counts, quoted, times};
use crate::scenario::plan::Spread;

pub(super) fn calibrated(page: &mut Page, header: &Header, models: &[Calibrated]) {
    page.remark(&format!(
        "Fitted to a run of {} (seed {}) against {}.",
        quoted(&header.scenario),
        header.seed,
        quoted(&header.target)
    ));
    page.remark("Errors are fitted ÷ measured − 1, at p50, p95 and p99.");
    page.section("models", models, |page, model| page.block(&model.name, |page| self::model(page, model)));
}

fn model(page: &mut Page, model: &Calibrated) {
    page.remark(&format!(
        "{} answers: {} streams and {} whole; {} calls that failed, met a fault or counted no tokens are left out.",
        model.streams + model.whole,
        model.streams,
        model.whole,
        model.left_out
    ));
    page.entry("id", quoted(&model.id));
    match &model.fit {
        Some(fit) => page.block("mock", |page| behaviour(page, fit)),
        None => page.remark(&format!("Not fitted: that takes {FEWEST_ANSWERS} answers.")),
    }
    quota(page, model);
}

fn behaviour(page: &mut Page, fit: &Fit) {
    match fit.parts {
        Parts::Seen => {}
        Parts::Estimated => page.remark(
            "No streams: what is before the first token is told from the rest by how latency grows with length.",
        ),
        Parts::Together => page.remark(
            "No streams, and no growth with length: all of the latency counts as before the first token.",
        ),
    }
    page.remark(&format!("ttft: {}", errors(&fit.ttft.errors)));
    page.entry("ttft", times(spread(&fit.ttft, micros)));
    page.remark(&format!("per_token: {}", errors(&fit.per_token.errors)));
    page.entry("per_token", times(spread(&fit.per_token, micros)));
    page.remark(&format!("output_tokens: {}", errors(&fit.output_tokens.errors)));
    if let Some(longest) = fit.longest_cut {
        let beyond = match fit.output_tokens.law {
            Law::LogNormal { .. } => "the tail beyond is drawn on, not measured",
            Law::Constant(_) | Law::Through(_) => "none is taken to be longer",
        };
        let share = fit.cut * 100.0;
        page.remark(&format!("max_tokens cut {share:.1} % of them, at {longest:.0} or before; {beyond}."));
    }
    page.entry("output_tokens", counts(spread(&fit.output_tokens, f64::round)));
    page.entry_if("tokens_per_event", fit.tokens_per_event);
    page.remark(&format!("latency made from these: {}", errors(&fit.latency)));
}

/// Admitted per minute; of several regions the least, as one quota holds for each.
fn quota(page: &mut Page, model: &Calibrated) {
    for onset in &model.onset {
        page.remark(&throttled(onset));
    }
    let admitted = || model.onset.iter().filter_map(|onset| onset.admitted);
    let requests = admitted().filter_map(|admitted| match admitted {
        Admitted::Requests(count) => Some(count),
        Admitted::Tokens(_) => None,
    });
    let tokens = admitted().filter_map(|admitted| match admitted {
        Admitted::Tokens(count) => Some(count),
        Admitted::Requests(_) => None,
    });
    let (rpm, tpm) = (requests.min(), tokens.min());
    let limits = |page: &mut Page| {
        page.entry_if("rpm", rpm);
        page.entry_if("tpm", tpm);
    };
    if rpm.is_none() && tpm.is_none() {
        return;
    }
    let through_a_profile =
        model.id.split_once('.').is_some_and(|(prefix, _)| Geography::from_name(prefix).is_some());
    page.block("quota", |page| if through_a_profile { page.block("profile", limits) } else { limits(page) });
}

fn throttled(onset: &Onset) -> String {
    let Onset { region, throttled, minutes, .. } = onset;
    let told = match onset.admitted {
        Some(Admitted::Requests(count)) => format!("they let in about {count} requests each"),
        Some(Admitted::Tokens(count)) => {
            format!("they let in about {count} tokens each, and more were reserved by max_tokens")
        }
        None => "too few, or too unlike each other, to tell a limit from".to_owned(),
    };
    format!("{region}: {throttled} attempts throttled, in {minutes} whole minutes; {told}.")
}

fn errors(errors: &Errors) -> String {
    let percent = |error: f64| format!("{:+.1} %", error * 100.0);
    format!("{}, {}, {}", percent(errors.p50), percent(errors.p95), percent(errors.p99))
}

/// To the microsecond.
fn micros(secs: f64) -> f64 {
    (secs * 1e6).round() / 1e6
}

fn spread(fitted: &Fitted, rounded: impl Fn(f64) -> f64) -> Spread {
    match &fitted.law {
        Law::Constant(value) => Spread::Constant(rounded(*value)),
        Law::LogNormal { p50, p99 } if rounded(*p50) > 0.0 => {
            Spread::LogNormal { p50: rounded(*p50), p99: rounded(*p99) }
        }
        Law::LogNormal { p50, .. } => Spread::Constant(rounded(*p50)),
        Law::Through(points) => {
            let points: Vec<(u8, f64)> =
                points.iter().map(|(percent, value)| (*percent, rounded(*value))).collect();
            let middle = points.get(points.len() / 2).map_or(0.0, |(_, value)| *value);
            Quantiles::new(&points).map_or(Spread::Constant(middle), Spread::Through)
        }
    }
}
