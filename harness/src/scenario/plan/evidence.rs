//! Whether a gate could ever have data.
//!
//! A gate on nothing would fail late, after the load and with "no data"; or, worse, hold a count of zero
//! against its limit and pass. All that is needed to tell is in the scenario, so it is told before the
//! first request.

use bedload_reports::gate::Scope;
use bedload_reports::header::{Slo, Stage};
use bedload_reports::metric::{Figure, Metric, Needs};
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use super::{Client, Fault, Flow, Load, Model};
use crate::scenario::notes::Noted;
use crate::scenario::suggest::listed;

/// What the scenario has to show for its gates. Without what is broken, so answers may be unsure.
#[derive(Debug)]
pub(super) struct Evidence<'p> {
    pub stages: Result<&'p [Stage], Noted>,
    pub models: Vec<Option<&'p Model>>,
    pub clients: Vec<Option<&'p Client>>,
    pub flows: Vec<Option<&'p Flow>>,
    pub faults: Vec<&'p Fault>,
    pub slo: Option<Slo>,
    /// Whether the target is a mock, whose ledger can be read.
    pub mock: Option<bool>,
}

/// Why there can be no data, and what to do about it.
pub(super) type Lack = (String, String);

impl Evidence<'_> {
    /// Why the metric can have no data in this scope, if that is certain.
    pub(super) fn lack(&self, metric: Metric, scope: &Scope) -> Option<Lack> {
        self.lack_of_record(scope)
            .or_else(|| self.lack_of_traffic(scope))
            .or_else(|| self.lack_of_need(metric, scope))
            .or_else(|| self.lack_of_destination(metric, scope))
    }

    fn lack_of_record(&self, scope: &Scope) -> Option<Lack> {
        let stage = self.stages.ok()?.iter().find(|stage| Some(&stage.name) == scope.during.as_ref())?;
        (!stage.record).then(|| {
            let name = &stage.name;
            (
                format!("stage `{name}` is not recorded"),
                format!("choose another stage, or remove `record: false` from `{name}`"),
            )
        })
    }

    fn lack_of_need(&self, metric: Metric, scope: &Scope) -> Option<Lack> {
        match metric.entry().needs {
            Needs::Nothing => None,
            Needs::Streams => self.lack_of_streams(metric, scope),
            Needs::OpenLoad => self.lack_of_open_load(scope),
            Needs::Prices => self.lack_of_prices(scope),
            Needs::Slo => self
                .slo
                .is_some_and(|slo| slo == Slo::default())
                .then(|| ("the scenario has no `slo`".to_owned(), "add `slo: { latency: … }`".to_owned())),
            Needs::WhereRegion => scope.region.is_none().then(|| which("region")),
            Needs::WhereModel => scope.model.is_none().then(|| which("model")),
            Needs::AfterFault => self.lack_around_fault(scope),
            Needs::Ledger => (self.mock == Some(false)).then(|| {
                let why = "only a mock keeps a ledger, and the target is none".to_owned();
                (why, "choose another metric, or `target: { mock: … }`".to_owned())
            }),
            Needs::Breaker => {
                self.lack_of_policy(scope, "a `breaker`", |client| client.policy().breaker.is_some())
            }
            Needs::Hedge => self.lack_of_policy(scope, "a `hedge`", |client| client.policy().hedge.is_some()),
            Needs::Limit => self.lack_of_policy(scope, "a `limit`", |client| client.policy().limit.is_some()),
            Needs::Retriers => self
                .lack_of_policy(scope, "a `state_machine`", |client| client.policy().state_machine.is_some()),
            Needs::Queue => {
                let flows = self.flows_in(scope)?;
                (!flows.iter().any(|flow| matches!(flow.load(), Load::Queue { .. }))).then(|| {
                    let why = "no flow in scope has a queue".to_owned();
                    (why, "choose a flow with `load: { queue: … }`, or another metric".to_owned())
                })
            }
            Needs::Gateway => {
                let flows = self.flows_in(scope)?;
                (!flows.iter().any(|flow| flow.gateway().is_some())).then(|| {
                    let why = "no flow in scope stands behind a gateway".to_owned();
                    (why, "add `gateway: { rate: … }` to the flow, or choose another metric".to_owned())
                })
            }
        }
    }

    /// Whether no client in scope has what the metric measures; `what` it is called in a scenario.
    fn lack_of_policy(&self, scope: &Scope, what: &str, has: impl Fn(&Client) -> bool) -> Option<Lack> {
        let flows = self.flows_in(scope)?;
        let clients: Vec<&Client> = flows.into_iter().map(|flow| self.client(flow)).collect::<Option<_>>()?;
        (!clients.into_iter().any(has)).then(|| {
            let why = format!("no client in scope has {what}");
            (why, "give it one, choose another flow, or another metric".to_owned())
        })
    }

    fn lack_of_streams(&self, metric: Metric, scope: &Scope) -> Option<Lack> {
        let flows = self.flows_in(scope)?;
        (!flows.iter().any(|flow| flow.call().operation.streams())).then(|| {
            let figure = metric.entry().name;
            let why = match (&scope.flow, &scope.during) {
                (Some(flow), _) => format!("flow `{flow}` does not stream, so it has no {figure}"),
                (None, Some(stage)) => format!("no flow streams in stage `{stage}`, so there is no {figure}"),
                (None, None) => format!("no flow streams, so there is no {figure}"),
            };
            (why, "call `converse_stream` or `invoke_stream`, or choose another metric".to_owned())
        })
    }

    fn lack_of_open_load(&self, scope: &Scope) -> Option<Lack> {
        let flows = self.flows_in(scope)?;
        (!flows.iter().any(|flow| matches!(flow.load(), Load::Open { .. } | Load::Replay { .. }))).then(
            || {
                let why = "only an open load can find no room, and none is in scope".to_owned();
                (why, "choose a flow with `load: { open: … }` or a replay, or another metric".to_owned())
            },
        )
    }

    fn lack_of_prices(&self, scope: &Scope) -> Option<Lack> {
        let models: Vec<&Model> = self.models.iter().copied().collect::<Option<_>>()?;
        let asked = self.models_asked(scope)?;
        let unpriced: Vec<&Name> = models
            .into_iter()
            .filter(|model| model.price().is_none() && asked.contains(&model.name()))
            .map(Model::name)
            .collect();
        (!unpriced.is_empty()).then(|| {
            let why = format!("there is no price for {}", listed(unpriced));
            (why, "add `price: { input_per_1k: …, output_per_1k: … }` to the model".to_owned())
        })
    }

    /// The models that requests in scope may ask, by routing and fallback too.
    fn models_asked(&self, scope: &Scope) -> Option<Vec<&Name>> {
        let mut asked = Vec::new();
        for flow in self.flows_in(scope)? {
            asked.extend(self.client(flow)?.models(&flow.call().model));
        }
        asked.retain(|model| scope.model.as_ref().is_none_or(|only| only == *model));
        Some(asked)
    }

    fn lack_around_fault(&self, scope: &Scope) -> Option<Lack> {
        let Some(name) = &scope.after else {
            return Some((
                "it does not say which fault to recover from".to_owned(),
                "add `after: …` with the name of a fault".to_owned(),
            ));
        };
        let fault = self.faults.iter().find(|fault| fault.name() == name)?;
        let (from, to) = fault.when().window().unwrap_or((Nanos::ZERO, Nanos::new(u64::MAX)));
        let mut recorded = self.stages.ok()?.iter().filter(|stage| stage.record).peekable();
        if recorded.peek().is_some_and(|first| first.from >= from) {
            let why = format!("nothing is recorded before fault `{name}`, so there is no level to return to");
            return Some((why, "record a stage before the fault".to_owned()));
        }
        recorded.all(|stage| stage.to <= to).then(|| {
            let why = format!("nothing is recorded after fault `{name}`");
            (why, "add a stage after the fault, long enough to recover in".to_owned())
        })
    }

    fn lack_of_destination(&self, metric: Metric, scope: &Scope) -> Option<Lack> {
        // Of a share, nothing there is an answer too: zero.
        if matches!(metric, Metric::Figure(Figure::RegionShare | Figure::ModelShare)) {
            return None;
        }
        if let Some(model) =
            scope.model.as_ref().filter(|_| self.models_asked(scope).is_some_and(|asked| asked.is_empty()))
        {
            let help = "choose a model that a flow calls or a client falls back to".to_owned();
            return Some((format!("no flow in scope asks model `{model}`"), help));
        }
        let region = scope.region.as_ref()?;
        let clients: Vec<&Client> =
            self.flows_in(scope)?.into_iter().map(|flow| self.client(flow)).collect::<Option<_>>()?;
        (!clients.iter().any(|client| client.regions().contains(region))).then(|| {
            (
                format!("no client in scope asks region `{region}`"),
                "choose one of the client's `regions`".to_owned(),
            )
        })
    }

    fn lack_of_traffic(&self, scope: &Scope) -> Option<Lack> {
        self.flows_in(scope)?.is_empty().then(|| {
            let who = match &scope.flow {
                Some(flow) => format!("flow `{flow}` has no traffic"),
                None => "no flow has any traffic".to_owned(),
            };
            let when = match &scope.during {
                Some(stage) => format!("stage `{stage}`"),
                None => "any recorded stage".to_owned(),
            };
            (format!("{who} in {when}"), "give the stage a rate or users, or choose another".to_owned())
        })
    }

    /// The flows that have traffic in a scope; none where one of them is broken.
    fn flows_in(&self, scope: &Scope) -> Option<Vec<&Flow>> {
        let in_scope = |name: &Name, only: &Option<Name>| only.as_ref().is_none_or(|only| only == name);
        let stages = self.stages.ok()?.iter();
        let stages: Vec<&Stage> =
            stages.filter(|stage| stage.record && in_scope(&stage.name, &scope.during)).collect();
        let flows: Vec<&Flow> = self.flows.iter().copied().collect::<Option<_>>()?;
        let wanted = |flow: &&Flow| {
            in_scope(flow.name(), &scope.flow) && stages.iter().any(|stage| flow.load().covers(stage))
        };
        Some(flows.into_iter().filter(wanted).collect())
    }

    fn client(&self, flow: &Flow) -> Option<&Client> {
        self.clients.iter().copied().flatten().find(|client| client.name() == flow.client())
    }
}

fn which(kind: &str) -> Lack {
    (format!("it does not say which {kind}"), format!("add `where: {{ {kind}: … }}`"))
}
