//! The parameters that all faults accept.

use http::{HeaderName, HeaderValue, header};

use super::ParseFaultError;
use super::parameters::Parameters;
use crate::{ConnectionEnd, Framing, PlannedFault};

const ENDINGS: &[(&str, ConnectionEnd)] = &[
    ("fin", ConnectionEnd::Fin),
    ("abrupt", ConnectionEnd::Abrupt),
    ("rst", ConnectionEnd::Rst),
    ("hang", ConnectionEnd::Hang),
];
const FRAMINGS: &[(&str, Framing)] = &[
    ("length", Framing::Length),
    ("chunked", Framing::Chunked),
    ("close", Framing::CloseDelimited),
];

pub(super) fn ending(
    parameters: &mut Parameters,
) -> Result<Option<ConnectionEnd>, ParseFaultError> {
    parameters.one_of("ending", ENDINGS)
}

/// Applies the remaining parameters to a planned fault.
pub(super) fn circumstances(
    mut planned: PlannedFault,
    parameters: &mut Parameters,
) -> Result<PlannedFault, ParseFaultError> {
    let delivery = &mut planned.delivery;
    if let Some(delay) = parameters.millis("delay")? {
        delivery.delay = delay;
    }
    if let Some(framing) = parameters.one_of("framing", FRAMINGS)? {
        delivery.framing = framing;
    }
    if let Some(ending) = ending(parameters)? {
        delivery.ending = Some(ending);
    }
    if let Some(idle) = parameters.millis("idle")? {
        delivery.idle = idle;
        // `idle` delays the ending, so there must be one.
        delivery.ending.get_or_insert_default();
    }
    delivery.announce_close |= parameters.flag("announced")?;
    delivery.force_trailers |= parameters.flag("unasked")?;
    delivery.withhold_trailers |= parameters.flag("withheld")?;

    if let Some(executed) = parameters.parsed("executed")? {
        planned = planned.executed(executed);
    }
    if let Some(times) = parameters.parsed("times")? {
        planned = planned.times(times);
    }
    if let Some(value) = parameters.parsed::<HeaderValue>("retry-after")? {
        planned = planned.header(header::RETRY_AFTER, value);
    }
    while let Some(line) = parameters.take("header") {
        let (name, value) = header_line(&line)
            .ok_or_else(|| ParseFaultError::new(format!("header={line}: expected name:value")))?;
        planned = planned.header(name, value);
    }
    if let Some(seconds) = parameters.skew("skew")? {
        planned = planned.skewed_date(seconds, parameters.flag("iam")?);
    }
    if parameters.one_of("date", &[("none", ())])?.is_some() {
        planned = planned.without_date();
    }
    Ok(planned)
}

fn header_line(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
}
