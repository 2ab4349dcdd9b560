//! Every flow in every recorded stage, and the sums that people read.

use std::collections::BTreeMap;

use crate::header::{Header, Stage};
use crate::job::Stray;
use crate::record::{Name, Record};
use crate::summary::{Cell, Client, Figures, Part};
use crate::units::Nanos;

use super::cell::Counters;
use super::disturbance::Disturbances;
use super::{HistogramPart, Histograms};

/// Counters by place of stage and flow in the header, so that sums come in its order.
pub(super) struct Cells {
    stages: Vec<Name>,
    flows: Vec<Name>,
    counters: BTreeMap<(usize, usize), Counters>,
}

impl Cells {
    pub(super) fn new(header: &Header) -> Self {
        Cells {
            stages: header.stages.iter().map(|stage| stage.name.clone()).collect(),
            flows: header.flows.iter().map(|flow| flow.name.clone()).collect(),
            counters: BTreeMap::new(),
        }
    }

    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        if let Some(cell) = self.cell(&record.flow, &record.stage) {
            cell.observe(record, header);
        }
    }

    pub(super) fn observe_stray(&mut self, stray: &Stray, header: &Header) {
        if let Some(cell) = self.cell(&stray.flow, &stray.stage) {
            cell.observe_stray(stray, header);
        }
    }

    pub(super) fn dropped(&mut self, flow: &str, stage: &str) {
        if let Some(cell) = self.cell(flow, stage) {
            cell.dropped();
        }
    }

    pub(super) fn abandoned(&mut self, flow: &str, stage: &str) {
        if let Some(cell) = self.cell(flow, stage) {
            cell.abandoned();
        }
    }

    /// The counters of a flow in a stage; none for names that the header does not have.
    fn cell(&mut self, flow: &str, stage: &str) -> Option<&mut Counters> {
        let flow = self.flows.iter().position(|known| **known == *flow)?;
        let stage = self.stages.iter().position(|known| **known == *stage)?;
        Some(self.counters.entry((stage, flow)).or_default())
    }

    pub(super) fn total(&self, header: &Header) -> Figures {
        self.sum(header, |_, _| true)
    }

    pub(super) fn stages(&self, header: &Header) -> Vec<Part> {
        recorded(header)
            .map(|(place, stage)| Part {
                name: stage.name.clone(),
                figures: self.sum(header, |stage, _| stage == place),
            })
            .collect()
    }

    pub(super) fn flows(&self, header: &Header) -> Vec<Part> {
        let flows = self.flows.iter().enumerate();
        flows
            .map(|(place, name)| Part {
                name: name.clone(),
                figures: self.sum(header, |_, flow| flow == place),
            })
            .collect()
    }

    pub(super) fn clients(&self, header: &Header, disturbances: &Disturbances) -> Vec<Client> {
        let mut names: Vec<&Name> = Vec::new();
        for flow in &header.flows {
            if !names.contains(&&flow.client) {
                names.push(&flow.client);
            }
        }
        let carries =
            |client: &Name, flow: usize| header.flows.get(flow).is_some_and(|flow| flow.client == *client);
        let client = |name: &Name| Client {
            name: name.clone(),
            figures: self.sum(header, |_, flow| carries(name, flow)),
            recoveries: disturbances.recoveries_of(header, |flow| flow.client == *name),
        };
        names.into_iter().map(client).collect()
    }

    pub(super) fn each(&self, header: &Header) -> Vec<Cell> {
        recorded(header)
            .flat_map(|(stage, _)| (0..self.flows.len()).map(move |flow| (stage, flow)))
            .filter(|place| self.counters.contains_key(place))
            .map(|place| Cell {
                flow: self.flows[place.1].clone(),
                stage: self.stages[place.0].clone(),
                figures: self.sum(header, |stage, flow| (stage, flow) == place),
            })
            .collect()
    }

    pub(super) fn histograms(&self, header: &Header) -> Histograms {
        let recorded = recorded(header).flat_map(|(place, stage)| {
            self.counters.range((place, 0)..(place + 1, 0)).map(move |((_, flow), cell)| (stage, *flow, cell))
        });
        let parts = recorded.flat_map(|(stage, flow, cell)| {
            cell.histograms().map(move |(timing, histogram)| HistogramPart {
                flow: self.flows[flow].clone(),
                stage: stage.name.clone(),
                from: stage.from,
                to: stage.to,
                timing,
                histogram: histogram.clone(),
            })
        });
        Histograms { parts: parts.collect() }
    }

    /// The figures of the recorded cells that `wanted` picks by stage and flow.
    fn sum(&self, header: &Header, wanted: impl Fn(usize, usize) -> bool) -> Figures {
        let mut sum = Counters::default();
        let mut length = Nanos::ZERO;
        for (stage, window) in recorded(header) {
            let flows = (0..self.flows.len()).filter(|flow| wanted(stage, *flow));
            if flows.clone().next().is_some() {
                length = length.plus(window.to.since(window.from));
            }
            flows.filter_map(|flow| self.counters.get(&(stage, flow))).for_each(|cell| sum.merge(cell));
        }
        sum.figures(header, length)
    }
}

fn recorded(header: &Header) -> impl Iterator<Item = (usize, &Stage)> {
    header.stages.iter().enumerate().filter(|(_, stage)| stage.record)
}
