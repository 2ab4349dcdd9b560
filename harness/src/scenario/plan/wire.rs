//! Clients without an SDK.

use crate::client::wire::{WireRetry, WireSettings};
use crate::scenario::code::Code;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file::{self, WireHttp};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;
use crate::transport::wire::Protocol;

/// What a client says of itself under `wire`; none for one with an SDK.
pub(super) fn wire(raw: &file::Client, notes: &mut Notes) -> Result<Option<WireSettings>, Noted> {
    let Some(wire) = raw.wire.value()? else { return Ok(None) };
    if let Some(At { place, .. }) = raw.retry.get()? {
        let note = Note::new(Code::Contradiction, *place, "the retries of an SDK, but the client has none")
            .label("`wire` takes the place of the SDK")
            .help(
                "say how it retries under `wire`, as in `wire: { retry: { attempts: 3 } }`, or remove `wire`",
            );
        return Err(notes.add(note));
    }
    let protocol = protocol(&wire.http);
    let retry = retry(&wire.retry, notes);
    Ok(Some(WireSettings { protocol: protocol?, retry: retry? }))
}

fn protocol(raw: &Optional<WireHttp>) -> Result<Protocol, Noted> {
    Ok(match raw.value()? {
        None | Some(WireHttp::Http1) => Protocol::Http1,
        Some(WireHttp::Http2(http2)) => Protocol::Http2 {
            connections: http2.connections.map_or(defaults::HTTP2_CONNECTIONS, |count| count.get())? as usize,
        },
    })
}

/// What holds where a wire client says nothing of retries.
pub(crate) fn default_wire_retry() -> WireRetry {
    let attempts = defaults::ATTEMPTS as u32;
    WireRetry { attempts, base: defaults::WIRE_BASE, max: defaults::MAX_BACKOFF }
}

fn retry(raw: &Optional<file::WireRetry>, notes: &mut Notes) -> Result<WireRetry, Noted> {
    let default = default_wire_retry();
    let Some(raw) = raw.value()? else { return Ok(default) };
    let retry = WireRetry {
        attempts: raw.attempts.map_or(default.attempts, |count| count.get_u32())?,
        base: raw.base.map_or(default.base, |time| time.get().get())?,
        max: raw.max.map_or(default.max, |time| time.get().get())?,
    };
    match raw.base.get()?.map(|base| base.place).or(raw.max.get()?.map(|max| max.place)) {
        Some(place) if retry.max < retry.base => {
            let note = Note::new(Code::Contradiction, place, "the first wait is longer than the longest")
                .label("`base` is more than `max`")
                .help("lower `base`, or raise `max`");
            Err(notes.add(note))
        }
        _ => Ok(retry),
    }
}
