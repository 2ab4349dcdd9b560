//! From texts to the content of a plan: read, change, type, check.

use bedload_reports::gate::Gate;
use bedload_reports::header::{Slo, Tracing};
use bedload_reports::stop::StopRule;
use bedload_reports::units::Nanos;
use bedload_reports::validity::Thresholds;

use super::answer::Answer;
use super::capacity::CapacityQuestion;
use super::evidence::Evidence;
use super::expect::expect;
use super::gate::Gatekeeper;
use super::known::Known;
use super::names::Names;
use super::pairs;
use super::reach::Reach;
use super::retried;
use super::{Client, Content, Fault, Flow, Model, Plan, Target, World};
use crate::scenario::code::Code;
use crate::scenario::decode::{Decode, Optional, Required, Row, Table};
use crate::scenario::defaults;
use crate::scenario::file::{self, File};
use crate::scenario::input::Inputs;
use crate::scenario::leaf::{Name, Positive, Time};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place, Span};
use crate::scenario::set::Set;
use crate::scenario::source::Source;
use crate::scenario::yaml::{self, Piece};

/// The content of a scenario, or all that is wrong with it.
pub(super) fn content(source: &Source, sets: &[Set], inputs: Inputs) -> Result<Content, Notes> {
    let mut notes = Notes::default();
    let content = tree(source, sets, &mut notes)
        .and_then(|tree| File::decode(&tree, &mut notes))
        .and_then(|file| check(&file, source.text(), inputs, &mut notes));
    match content {
        Ok(content) if notes.is_empty() => Ok(content),
        _ => Err(notes),
    }
}

/// The tree of the file, with the changes made and the shared anchors out of the way.
fn tree(source: &Source, sets: &[Set], notes: &mut Notes) -> Result<Node, Noted> {
    let mut tree = yaml::read(Piece { text: source.text(), number: 0, from: 0 }, notes)?;
    if tree.value == Value::Nothing && sets.is_empty() {
        return Err(notes.add(empty(
            source,
            "scenario",
            "begin with `version: 1` and `name: …`; `bedload schema` describes the rest",
        )));
    }
    for (place, set) in sets.iter().enumerate() {
        // A change that cannot be made is noted; the others are made all the same.
        let _ = set.apply(&mut tree, place + 1, notes);
    }
    if let Value::Map(entries) = &mut tree.value {
        entries.retain(|entry| !entry.key.value.starts_with("x-"));
    }
    Ok(tree)
}

fn empty(source: &Source, what: &str, help: &str) -> Note {
    let start = source.text().trim_end().len();
    let place = Place::of(Span { text: 0, start, len: 0 });
    Note::new(Code::Syntax, place, format!("the {what} is empty")).label("nothing here").help(help)
}

/// Holds the parts of the file against each other.
fn check(file: &File, text: &str, inputs: Inputs, notes: &mut Notes) -> Result<Content, Noted> {
    let world = World::build(file, inputs, notes);
    let clock =
        world.target.as_ref().map_err(|noted| *noted).and_then(|target| target.clock(&file.clock, notes));
    let models = rows(&file.models, "model", notes, |row, raw, notes| Model::build(row, raw, &world, notes));
    let clients =
        rows(&file.clients, "client", notes, |row, raw, notes| Client::build(row, raw, &world, notes));
    let flows = rows(&file.flows, "flow", notes, |row, raw, notes| Flow::build(row, raw, &world, notes));
    let answers = answers(&file.answers, &world, notes);
    let regions = regions_to_ask(&world, &clients);
    let reach = Reach {
        mock: world.target.as_ref().ok().map(Target::is_mock),
        hears_flows: !matches!(world.target, Ok(Target::Aws { .. })),
        models: good(&models),
        flows: good(&flows),
    };
    let faults = faults(&file.faults, &Names::read(&world, &regions), &reach, notes);
    let client_rows = file.clients.value().map_or(&[] as &[_], |table| table.rows());
    pairs::check(client_rows, &good(&clients), &good(&flows), &world, notes);
    retried::check(client_rows, &faults, notes);
    let slo = slo(&file.slo);
    let expect = expect(&file.expect, &world, text, notes);
    let capacity = CapacityQuestion::build(&file.plan, &world, notes);
    let evidence = Evidence {
        stages: world.timeline.whole(),
        models: good(&models),
        clients: good(&clients),
        flows: good(&flows),
        faults: faults.iter().flatten().collect(),
        slo: slo.ok(),
        mock: world.target.as_ref().ok().map(Target::is_mock),
    };
    let gatekeeper = Gatekeeper { world: &world, regions, evidence, text };
    let gates = gates(&file.gates, &gatekeeper, notes);
    let stop_if = stop_if(&file.stop_if, &gatekeeper, notes);
    file.version.value()?;
    Ok(Content {
        name: file.name.value()?.get().clone(),
        about: file.about.value()?.get().clone(),
        seed: file.seed.map_or(defaults::SEED, |seed| seed.get())?,
        clock: clock?,
        max_in_flight: file.max_in_flight.map_or(defaults::MAX_IN_FLIGHT, |cap| cap.get())? as usize,
        stages: world.timeline.whole()?.to_vec(),
        models: whole(models)?,
        answers: whole(answers)?,
        clients: whole(clients)?,
        flows: whole(flows)?,
        faults: whole(faults)?,
        slo: slo?,
        gates: whole(gates)?,
        stop_if: whole(stop_if)?,
        validity: validity(&file.validity)?,
        expect: expect?,
        trace: trace(&file.trace)?,
        plan: capacity?,
        target: world.target?,
    })
}

/// Builds every row of a section that must not be empty.
fn rows<T, U>(
    table: &Required<Table<T>>,
    kind: &str,
    notes: &mut Notes,
    build: impl FnMut(&Row<T>, &T, &mut Notes) -> Result<U, Noted>,
) -> Vec<Result<U, Noted>> {
    match table.get() {
        Ok(table) if table.value.rows().is_empty() => {
            let note = Note::new(Code::MissingKey, table.place, format!("the scenario has no {kind}"))
                .label("empty")
                .help(format!("define at least one {kind}"));
            vec![Err(notes.add(note))]
        }
        Ok(table) => each(&table.value, notes, build),
        Err(noted) => vec![Err(noted)],
    }
}

fn each<T, U>(
    table: &Table<T>,
    notes: &mut Notes,
    mut build: impl FnMut(&Row<T>, &T, &mut Notes) -> Result<U, Noted>,
) -> Vec<Result<U, Noted>> {
    let build = |row: &Row<T>| match &row.value {
        Ok(raw) => build(row, &raw.value, notes),
        Err(noted) => Err(*noted),
    };
    table.rows().iter().map(build).collect()
}

fn faults(
    raw: &Optional<Table<file::Fault>>,
    names: &Names,
    reach: &Reach<'_>,
    notes: &mut Notes,
) -> Vec<Result<Fault, Noted>> {
    match raw.value() {
        Ok(None) => Vec::new(),
        Ok(Some(table)) => fault_table(table, names, reach, notes),
        Err(noted) => vec![Err(noted)],
    }
}

fn fault_table(
    table: &Table<file::Fault>,
    names: &Names,
    reach: &Reach<'_>,
    notes: &mut Notes,
) -> Vec<Result<Fault, Noted>> {
    each(table, notes, |row, raw, notes| {
        let fault = Fault::build(row, raw, names, notes)?;
        reach.check(&fault, row.name.place, notes)?;
        Ok(fault)
    })
}

fn faults_tree(source: &Source, notes: &mut Notes) -> Result<Node, Noted> {
    let tree = yaml::read(Piece { text: source.text(), number: 0, from: 0 }, notes)?;
    if tree.value == Value::Nothing {
        return Err(notes.add(empty(
            source,
            "document",
            "write faults by their names: `slow: { inject: { … } }`",
        )));
    }
    Ok(tree)
}

fn never_asked(answer: &At<Name>, before: &At<Name>) -> Note {
    let message = format!("answer `{}` is never given: `{}` answers everybody", answer.value, before.value);
    Note::new(Code::Contradiction, answer.place, message)
        .label("never given")
        .also(before.place.span, "answers everybody")
        .help("put the rule without `where` last")
}

/// The faults of a document that holds nothing else, or all that is wrong with them.
pub(super) fn faults_alone(source: &Source, names: &Names, plan: Option<&Plan>) -> Result<Vec<Fault>, Notes> {
    let mut notes = Notes::default();
    let reach = Reach {
        mock: Some(true),
        hears_flows: true,
        models: plan.map_or_else(|| vec![None], |plan| plan.models().iter().map(Some).collect()),
        flows: plan.map_or_else(|| vec![None], |plan| plan.flows().iter().map(Some).collect()),
    };
    let faults = faults_tree(source, &mut notes)
        .and_then(|tree| Table::decode(&tree, &mut notes))
        .and_then(|table| whole(fault_table(&table, names, &reach, &mut notes)));
    match faults {
        Ok(faults) if notes.is_empty() => Ok(faults),
        _ => Err(notes),
    }
}

/// The rules by which mock models answer. The first that matches does, so none may follow one for everybody.
fn answers(
    raw: &Optional<Table<file::Answer>>,
    world: &World,
    notes: &mut Notes,
) -> Vec<Result<Answer, Noted>> {
    let table = match raw.get() {
        Ok(None) => return Vec::new(),
        Ok(Some(table)) => table,
        Err(noted) => return vec![Err(noted)],
    };
    if world.target.as_ref().is_ok_and(|target| !target.is_mock()) {
        let note = Note::new(Code::Unsupported, table.place, "only a mock target answers by rule")
            .label("never said")
            .help("remove `answers`, or aim at `target: { mock: … }`");
        return vec![Err(notes.add(note))];
    }
    let mut for_all: Option<At<Name>> = None;
    each(&table.value, notes, |row, raw, notes| {
        let answer = Answer::build(row, raw, world, notes)?;
        if let Some(before) = &for_all {
            return Err(notes.add(never_asked(&row.name, before)));
        }
        if answer.aim().is_everybody() {
            for_all = Some(row.name.clone());
        }
        Ok(answer)
    })
}

fn gates(
    raw: &Optional<Table<file::Gate>>,
    gatekeeper: &Gatekeeper<'_>,
    notes: &mut Notes,
) -> Vec<Result<Gate, Noted>> {
    match raw.value() {
        Ok(None) => Vec::new(),
        Ok(Some(table)) => each(table, notes, |row, raw, notes| gatekeeper.gate(row, raw, notes)),
        Err(noted) => vec![Err(noted)],
    }
}

fn stop_if(
    raw: &Optional<Table<file::StopIf>>,
    gatekeeper: &Gatekeeper<'_>,
    notes: &mut Notes,
) -> Vec<Result<StopRule, Noted>> {
    match raw.value() {
        Ok(None) => Vec::new(),
        Ok(Some(table)) => each(table, notes, |row, raw, notes| gatekeeper.stop_rule(row, raw, notes)),
        Err(noted) => vec![Err(noted)],
    }
}

/// A mock's regions are known; elsewhere those that clients ask are all that can have data.
fn regions_to_ask(world: &World, clients: &[Result<Client, Noted>]) -> Known {
    if matches!(world.target, Ok(Target::Mock { .. }) | Err(_)) || clients.iter().any(Result::is_err) {
        return world.regions.clone();
    }
    let mut regions: Vec<_> =
        clients.iter().flatten().flat_map(|client| client.regions().iter().cloned()).collect();
    regions.sort();
    regions.dedup();
    Known::all("region", regions)
}

fn slo(raw: &Optional<file::Slo>) -> Result<Slo, Noted> {
    let Some(raw) = raw.value()? else {
        return Ok(Slo::default());
    };
    Ok(Slo {
        latency: raw.latency.value()?.map(|time| time.get().get().into()),
        ttft: raw.ttft.value()?.map(|time| time.get().get().into()),
    })
}

fn validity(raw: &Optional<file::Validity>) -> Result<Thresholds, Noted> {
    let default = defaults::thresholds();
    let Some(raw) = raw.value()? else {
        return Ok(default);
    };
    let time = |given: &Optional<Positive<Time>>, default: Nanos| {
        given.map_or(default, |time| time.get().get().into())
    };
    Ok(Thresholds {
        min_achieved: raw.min_achieved.map_or(default.min_achieved, |share| share.get())?,
        max_schedule_delay: time(&raw.max_schedule_delay, default.max_schedule_delay)?,
        max_cpu: raw.max_cpu.map_or(default.max_cpu, |share| share.get())?,
        max_loop_lag: time(&raw.max_loop_lag, default.max_loop_lag)?,
        max_clock_drift: time(&raw.max_clock_drift, default.max_clock_drift)?,
        max_imbalance: raw.max_imbalance.map_or(default.max_imbalance, |share| share.get())?,
    })
}

fn trace(raw: &Optional<file::Trace>) -> Result<Tracing, Noted> {
    let default = defaults::tracing();
    let Some(raw) = raw.value()? else {
        return Ok(default);
    };
    Ok(Tracing {
        sample: raw.sample.map_or(default.sample, |share| share.get())?,
        limit: raw.limit.map_or(default.limit, |limit| limit.get())?,
        propagate: raw.propagate.map_or(default.propagate, |propagate| *propagate)?,
    })
}

fn good<T>(built: &[Result<T, Noted>]) -> Vec<Option<&T>> {
    built.iter().map(|one| one.as_ref().ok()).collect()
}

fn whole<T>(built: Vec<Result<T, Noted>>) -> Result<Vec<T>, Noted> {
    built.into_iter().collect()
}
