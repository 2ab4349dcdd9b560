//! Which region serves a request, and whether it has room.
//!
//! A model's id is served where it is asked. A profile spreads over its destinations, evenly and by the
//! seed; how the service weighs them is not known. Where a destination is closed by a fault, or as many
//! requests are in flight there as the model has capacity for, the next one is tried. Want of capacity is
//! never the account's fault: it is a 503, and only once no destination is left. Where it is let in and all
//! slots are taken it waits in line; how long a line is steers no profile.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rand::Rng;
use rand::seq::SliceRandom;

use super::line::Line;
use super::model::ModelSpec;
use super::offer::Offer;
use super::profile::Geography;
use super::quota::Lane;
use crate::regions::Regions;

/// Where each model can be served, and how much of it is in use.
pub(crate) struct Placement {
    /// By the model's name.
    models: BTreeMap<Arc<str>, Stations>,
}

struct Stations {
    /// By region.
    stations: BTreeMap<Arc<str>, Arc<Station>>,
    /// By geography and source region.
    destinations: BTreeMap<(Geography, Arc<str>), Vec<Arc<Station>>>,
}

/// A model in a region.
struct Station {
    region: Arc<str>,
    capacity: Option<u32>,
    in_flight: AtomicU32,
    line: Option<Line>,
}

/// A request's place in a region; given back when dropped.
pub(crate) struct Berth(Option<Arc<Station>>);

/// A region that serves a request.
pub(crate) struct Placed {
    /// The region. No response tells it.
    pub region: Arc<str>,
    /// The request's place there.
    pub berth: Berth,
    /// The line that it waits in first, if there is one.
    pub line: Option<Line>,
}

/// Why no region serves a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unplaced<E> {
    /// A fault has closed every region that might, or all but the full ones; the first that spoke says why.
    Closed(E),
    /// All that might are full.
    Full,
}

impl Placement {
    /// Empty stations for these models in these regions.
    pub(crate) fn new(regions: &Regions, models: &[ModelSpec]) -> Self {
        let stations = |model: &ModelSpec| (Arc::from(model.name()), Stations::new(regions, model));
        Placement { models: models.iter().map(stations).collect() }
    }

    /// Whether a profile of this geography has anywhere to go when asked in `source`.
    pub(crate) fn reaches(&self, model: &str, geography: Geography, source: &Arc<str>) -> bool {
        self.models.get(model).is_some_and(|model| !model.from(geography, source).is_empty())
    }

    /// Finds a region for a request to a model, asked in `source`. `closed` says why a region cannot be used.
    pub(crate) fn place<E>(
        &self,
        model: &str,
        lane: Lane,
        source: &Arc<str>,
        rng: &mut impl Rng,
        closed: impl FnMut(&Arc<str>) -> Option<E>,
    ) -> Result<Placed, Unplaced<E>> {
        let Some(stations) = self.models.get(model) else { return Err(Unplaced::Full) };
        match lane {
            Lane::OnDemand => first_open(stations.stations.get(source), closed, Station::board),
            Lane::Provisioned(_) => first_open(stations.stations.get(source), closed, Station::pass),
            Lane::Profile(geography) => {
                let mut order: Vec<_> = stations.from(geography, source).iter().collect();
                order.shuffle(rng);
                first_open(order, closed, Station::board)
            }
        }
    }
}

/// The first station that is open and takes the request.
fn first_open<'a, E>(
    stations: impl IntoIterator<Item = &'a Arc<Station>>,
    mut closed: impl FnMut(&Arc<str>) -> Option<E>,
    enter: impl Fn(&Arc<Station>) -> Option<Placed>,
) -> Result<Placed, Unplaced<E>> {
    let mut unplaced = Unplaced::Full;
    for station in stations {
        match closed(&station.region) {
            Some(why) if matches!(unplaced, Unplaced::Full) => unplaced = Unplaced::Closed(why),
            Some(_) => {}
            None => {
                if let Some(placed) = enter(station) {
                    return Ok(placed);
                }
            }
        }
    }
    Err(unplaced)
}

impl Stations {
    fn new(regions: &Regions, model: &ModelSpec) -> Self {
        let offer = model.offer();
        let stations: BTreeMap<_, _> =
            regions.iter().map(|region| (region.clone(), Station::new(region, offer))).collect();
        let mut destinations = BTreeMap::new();
        for geography in Geography::ALL {
            for source in regions.iter() {
                let serves = |station: &&Arc<Station>| offer.may_serve(geography, source, &station.region);
                let reached = stations.values().filter(serves).cloned().collect();
                destinations.insert((geography, source.clone()), reached);
            }
        }
        Stations { stations, destinations }
    }

    fn from(&self, geography: Geography, source: &Arc<str>) -> &[Arc<Station>] {
        self.destinations.get(&(geography, source.clone())).map_or(&[], Vec::as_slice)
    }
}

impl Station {
    fn new(region: &Arc<str>, offer: &Offer) -> Arc<Self> {
        Arc::new(Station {
            region: region.clone(),
            capacity: offer.capacity().map(NonZeroU32::get),
            in_flight: AtomicU32::new(0),
            line: offer.slots().map(Line::before),
        })
    }

    /// Takes a request in if there is room.
    fn board(self: &Arc<Self>) -> Option<Placed> {
        let berth = match self.capacity {
            None => Berth(None),
            Some(capacity) => self.berth(capacity)?,
        };
        Some(Placed { region: self.region.clone(), berth, line: self.line.clone() })
    }

    /// One of so many places, if one is left.
    fn berth(self: &Arc<Self>, capacity: u32) -> Option<Berth> {
        let one_more = |in_flight| (in_flight < capacity).then_some(in_flight + 1);
        let taken = self.in_flight.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.is_ok().then(|| Berth(Some(self.clone())))
    }

    /// Takes a request in that needs none of the room.
    #[expect(clippy::unnecessary_wraps, reason = "it stands beside `board`, which may refuse")]
    fn pass(self: &Arc<Self>) -> Option<Placed> {
        Some(Placed { region: self.region.clone(), berth: Berth(None), line: None })
    }
}

impl Drop for Berth {
    fn drop(&mut self) {
        if let Some(station) = &self.0 {
            station.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::bedrock::behaviour::Behaviour;
    use crate::chance::{Chance, Label};
    use crate::spread::Spread;

    const US: Lane = Lane::Profile(Geography::Us);

    fn model() -> ModelSpec {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        ModelSpec::new("one", "acme.one-v1:0", behaviour).unwrap()
    }

    fn regions() -> Regions {
        let names = ["us-east-1", "us-east-2", "us-west-2", "eu-west-1"];
        Regions::new(names.map(str::to_owned).to_vec()).unwrap()
    }

    fn placement(model: ModelSpec) -> Placement {
        Placement::new(&regions(), &[model])
    }

    /// Where the request with this number goes, if `closed` regions are closed.
    fn place(
        placement: &Placement,
        lane: Lane,
        number: u64,
        closed: &[&str],
    ) -> Result<Placed, Unplaced<String>> {
        let mut rng = Chance::new(7, number).stream(Label::new("placement"));
        let why = |region: &Arc<str>| closed.contains(&&**region).then(|| region.to_string());
        placement.place("one", lane, &Arc::from("us-east-1"), &mut rng, why)
    }

    fn served(placement: &Placement, lane: Lane, closed: &[&str]) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for number in 0..3000 {
            if let Ok(placed) = place(placement, lane, number, closed) {
                *counts.entry(placed.region.to_string()).or_default() += 1;
            }
        }
        counts
    }

    #[test]
    fn a_profile_spreads_evenly_and_the_same_for_one_seed() {
        let placement = placement(model());
        let counts = served(&placement, US, &[]);
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["us-east-1", "us-east-2", "us-west-2"]);
        assert!(counts.values().all(|&count| (900..1100).contains(&count)), "{counts:?}");
        assert_eq!(counts, served(&placement, US, &[]));
    }

    #[test]
    fn a_closed_region_is_passed_round_until_none_is_left() {
        let placement = placement(model());
        let counts = served(&placement, US, &["us-east-1"]);
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["us-east-2", "us-west-2"]);
        assert_eq!(counts.values().sum::<u64>(), 3000);
        let all = ["us-east-1", "us-east-2", "us-west-2"];
        assert!(matches!(place(&placement, US, 0, &all), Err(Unplaced::Closed(_))));
        assert!(matches!(place(&placement, Lane::OnDemand, 0, &["us-east-1"]), Err(Unplaced::Closed(_))));
    }

    #[test]
    fn a_full_region_is_passed_round_until_its_requests_end() {
        let placement = placement(model().capacity(NonZeroU32::MIN));
        let berths: Vec<Placed> =
            (0..3).map(|number| place(&placement, US, number, &[]).ok().unwrap()).collect();
        let regions: BTreeSet<&str> = berths.iter().map(|placed| &*placed.region).collect();
        assert_eq!(regions.len(), 3);
        assert_eq!(place(&placement, US, 3, &[]).err(), Some(Unplaced::Full));
        assert_eq!(place(&placement, Lane::OnDemand, 4, &[]).err(), Some(Unplaced::Full));
        assert!(place(&placement, Lane::Provisioned(0), 5, &[]).is_ok());
        drop(berths);
        assert!(place(&placement, Lane::OnDemand, 6, &[]).is_ok());
    }

    #[test]
    fn destinations_are_the_clouds_the_models_and_those_named() {
        let placement = placement(
            model()
                .regions(["us-east-1", "us-west-2", "eu-west-1"])
                .destinations(Geography::Global, ["us-west-2", "us-east-2"]),
        );
        let keys = |lane| served(&placement, lane, &[]).into_keys().collect::<Vec<_>>();
        assert_eq!(keys(US), ["us-east-1", "us-west-2"]);
        assert_eq!(keys(Lane::Profile(Geography::Global)), ["us-west-2"]);
        assert!(!placement.reaches("one", Geography::Eu, &"us-east-1".into()));
        assert!(placement.reaches("one", Geography::Eu, &"eu-west-1".into()));
    }
}
