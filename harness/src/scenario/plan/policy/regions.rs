//! Where a client asks.

use bedload_reports::record::Name;

use super::{World, region_list};
use crate::resilience::policy::{Regions, Stick};
use crate::scenario::code::Code;
use crate::scenario::decode::{BriefOrFull, List, Optional};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::RegionName;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

pub(super) fn regions(
    raw: &Optional<file::Regions>,
    client: Place,
    world: &World,
    notes: &mut Notes,
) -> Result<Regions, Noted> {
    let Some(given) = raw.get()? else {
        return Ok(Regions { order: home(client, world, notes)?, stick: Stick::PerRequest });
    };
    let (order, stick) = match &given.value {
        BriefOrFull::Brief(list) => (order(list, given.place, world, notes), Ok(None)),
        BriefOrFull::Full(full) => {
            let listed = match full.order.get() {
                Ok(Some(list)) => order(&list.value, list.place, world, notes),
                Ok(None) => home(client, world, notes),
                Err(noted) => Err(noted),
            };
            (listed, full.stick.get())
        }
    };
    let (order, stick) = (order?, stick?);
    let stick = stick.map_or(Ok(Stick::PerRequest), |stick| self::stick(stick, order.len(), notes))?;
    Ok(Regions { order, stick })
}

fn order(
    list: &List<RegionName>,
    place: Place,
    world: &World,
    notes: &mut Notes,
) -> Result<Vec<Name>, Noted> {
    for region in list.good() {
        // The list is checked whole; a region that is not there is noted and the rest read on.
        let _ = world.regions.find(region.value.get(), region.place, notes);
    }
    region_list(list, place, notes)
}

/// The one region of a client that says nothing of regions.
fn home(client: Place, world: &World, notes: &mut Notes) -> Result<Vec<Name>, Noted> {
    let home = world.target.as_ref().map_err(|noted| *noted)?.home();
    home.map(|home| vec![home.clone()]).ok_or_else(|| notes.add(missing(client)))
}

fn missing(client: Place) -> Note {
    Note::new(Code::MissingKey, client, "missing key `regions`")
        .label("`regions` is missing here")
        .help("only a mock target has a region to start from; add `regions: [us-east-1]`")
}

fn stick(given: &At<file::Stick>, regions: usize, notes: &mut Notes) -> Result<Stick, Noted> {
    match &given.value {
        file::Stick::PerRequest => Ok(Stick::PerRequest),
        file::Stick::Sticky(_) if regions == 1 => {
            let note = Note::new(Code::Contradiction, given.place, "one region to stick to")
                .label("nowhere to move to")
                .help("add a region to `order`, or remove `stick`");
            Err(notes.add(note))
        }
        file::Stick::Sticky(sticky) => Ok(Stick::Sticky {
            return_after: sticky.return_after.map_or(defaults::RETURN_AFTER, |time| time.get().get())?,
        }),
    }
}
