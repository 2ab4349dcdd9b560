//! What a comparison asks of a run: figures of the whole, and what each of its blocks adds to them.

use std::sync::Arc;

use crate::compare::{Block, Blocks, Law, Question, Series, Times};
use crate::gate::Scope;
use crate::header::Header;
use crate::job::Stray;
use crate::log::Dropped;
use crate::metric::Metric;
use crate::record::Record;

use super::probe::{Probe, Whole};

/// One distribution or one figure, in one scope. The statistics of a distribution share what is kept of it.
pub(super) struct Asked {
    /// With the place of each among all.
    questions: Vec<(usize, Question)>,
    whole: Probe,
    blocks: Blocks,
    each: Vec<Probe<Times>>,
}

/// What a run has to keep to answer these questions.
pub(super) fn asked(questions: &[Question], header: &Header) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for (place, question) in questions.iter().enumerate() {
        match asked.iter_mut().find(|asked| asked.keeps(question)) {
            Some(asked) => asked.questions.push((place, question.clone())),
            None => asked.push(Asked::new(place, question, header)),
        }
    }
    asked
}

/// The answers, in the order of the questions.
pub(super) fn answers(asked: Vec<Asked>, whole: &Whole<'_>) -> Vec<Series> {
    let mut answers: Vec<(usize, Series)> = asked.into_iter().flat_map(|asked| asked.finish(whole)).collect();
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

impl Asked {
    fn new(place: usize, question: &Question, header: &Header) -> Self {
        let Question { metric, scope } = question;
        let blocks = Blocks::of(header, scope);
        let kept = match Law::of(*metric) {
            Law::Once | Law::Defects => 0,
            _ => blocks.count(),
        };
        Asked {
            questions: vec![(place, question.clone())],
            whole: Probe::new(*metric, scope),
            each: (0..kept).map(|_| Probe::new(*metric, scope)).collect(),
            blocks,
        }
    }

    /// Whether the answer follows from what is kept already.
    fn keeps(&self, question: &Question) -> bool {
        let distribution = |metric| match metric {
            Metric::Timing(timing, _) if Law::of(metric) != Law::Once => Some(timing),
            _ => None,
        };
        let kept = self.questions.first().and_then(|(_, first)| distribution(first.metric));
        kept.is_some() && kept == distribution(question.metric) && *self.scope() == question.scope
    }

    fn scope(&self) -> &Scope {
        self.whole.scope()
    }

    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        self.whole.observe(record, header);
        if let Some(block) =
            self.blocks.place(&record.stage, record.due).and_then(|place| self.each.get_mut(place))
        {
            block.observe(record, header);
        }
    }

    pub(super) fn drop_arrival(&mut self, dropped: &Dropped) {
        self.whole.drop_arrival(dropped);
        if let Some(block) =
            self.blocks.place(&dropped.stage, dropped.due).and_then(|place| self.each.get_mut(place))
        {
            block.drop_arrival(dropped);
        }
    }

    pub(super) fn observe_stray(&mut self, stray: &Stray, header: &Header) {
        self.whole.observe_stray(stray, header);
        let place = self.blocks.place(&stray.stage, stray.delivery.received);
        if let Some(block) = place.and_then(|place| self.each.get_mut(place)) {
            block.observe_stray(stray, header);
        }
    }

    fn finish(self, whole: &Whole<'_>) -> Vec<(usize, Series)> {
        let blocks = Arc::new(self.blocks);
        let counted: Arc<[Block]> = self.each.into_iter().map(Probe::into_block).collect();
        let answer = |(place, question): (usize, Question)| {
            let measured = self.whole.answer(question.metric, whole);
            (place, Series::new(question, measured, blocks.clone(), counted.clone()))
        };
        self.questions.into_iter().map(answer).collect()
    }
}
