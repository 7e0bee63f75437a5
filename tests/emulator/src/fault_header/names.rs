//! The names of the faults and their own parameters. The table in `docs/faults.md` lists them.

use std::time::Duration;

use http::StatusCode;

use super::parameters::{Parameters, invalid};
use super::{ParseFaultError, delivery};
use crate::replacement::{ErrorForm, ErrorResponse, Garbage, Refusal, Replacement, Trailers};
use crate::{ConnectionEnd, Cut, Delivery, Framing, Part, PlannedFault, Stall, Throttle};

type Read = fn(&mut Parameters) -> Result<PlannedFault, ParseFaultError>;

/// All valid names.
const NAMES: &[(&str, Read)] = &[
    ("close-before-reading", |parameters| {
        let ending = delivery::ending(parameters)?.unwrap_or_default();
        Ok(PlannedFault::new(Replacement::CloseBeforeReading(ending)))
    }),
    ("read-then-fin", |it| no_response(it, ConnectionEnd::Fin)),
    ("read-then-rst", |it| no_response(it, ConnectionEnd::Rst)),
    ("stop-answering", |it| no_response(it, ConnectionEnd::Hang)),
    ("answer-late", |_| {
        Ok(PlannedFault::late(Duration::from_secs(1)))
    }),
    ("head-then-stall", |parameters| {
        let after = parameters.bytes("bytes")?.unwrap_or(0);
        let time = parameters.millis("time")?;
        Ok(own(|delivery| delivery.stall = Some(Stall { after, time })))
    }),
    ("trickle", trickle),
    ("truncated-body", |parameters| {
        let (after, missing) = (parameters.bytes("bytes")?, parameters.bytes("missing")?);
        Ok(own(|delivery| {
            delivery.framing = Framing::Length;
            delivery.missing = missing.unwrap_or(0);
            if missing.is_none() || after.is_some() {
                delivery.cut = Some(Cut {
                    after,
                    inside_chunk: false,
                });
            }
        }))
    }),
    ("chunk-cut", |parameters| {
        let after = parameters.bytes("bytes")?;
        Ok(own(|delivery| {
            delivery.framing = Framing::Chunked;
            delivery.cut = Some(Cut {
                after,
                inside_chunk: true,
            });
        }))
    }),
    ("no-last-chunk", |_| {
        Ok(own(|delivery| {
            delivery.framing = Framing::Chunked;
            delivery.cut = Some(Cut::at(usize::MAX));
        }))
    }),
    ("trailers", trailers),
    ("cut-in-trailers", |parameters| {
        Ok(trailers(parameters)?.deliver(|delivery| {
            delivery.framing = Framing::Chunked;
            delivery.cut_trailers = true;
        }))
    }),
    ("garbage", |parameters| {
        let parts = [
            ("body", Garbage::Body),
            ("tail", Garbage::Tail),
            ("wire", Garbage::Wire),
        ];
        let garbage = parameters.one_of("part", &parts)?.unwrap_or_default();
        Ok(PlannedFault::new(Replacement::Garbage(garbage)))
    }),
    ("html", |parameters| {
        let status = parameters.status("status")?.unwrap_or(StatusCode::OK);
        Ok(PlannedFault::new(Replacement::Html(status)))
    }),
    ("empty-200", |_| Ok(PlannedFault::new(Replacement::Empty))),
    ("error-in-200", |parameters| {
        let (code, message) = exception(parameters, "InternalFailureException");
        Ok(PlannedFault::new(Replacement::ErrorInSuccess {
            code,
            message,
        }))
    }),
    ("error", error),
    ("skewed-date", |parameters| {
        let seconds = parameters.skew("seconds")?.unwrap_or(3600);
        let for_signatures = parameters.flag("iam")?;
        Ok(PlannedFault::new(Replacement::Unchanged).skewed_date(seconds, for_signatures))
    }),
    ("close-after-answer", |parameters| {
        let ending = delivery::ending(parameters)?.unwrap_or_default();
        Ok(own(|delivery| delivery.ending = Some(ending)))
    }),
    ("close-idle", |parameters| {
        let idle = parameters.millis("after")?;
        let idle = idle.unwrap_or(Duration::from_millis(100));
        Ok(own(|delivery| {
            delivery.idle = idle;
            delivery.ending = Some(ConnectionEnd::Fin);
        }))
    }),
    ("refuse-credentials", refuse),
    ("expire-token", |_| refused(Refusal::ExpiredToken)),
    ("signature-expired", |parameters| {
        refused(Refusal::SignatureExpired(seconds(parameters)?))
    }),
    ("signature-not-yet-current", |parameters| {
        refused(Refusal::SignatureNotYetCurrent(seconds(parameters)?))
    }),
    ("redirect", |parameters| {
        let status = parameters.status("status")?;
        let status = status.unwrap_or(StatusCode::TEMPORARY_REDIRECT);
        let location = parameters.take("location");
        Ok(PlannedFault::new(Replacement::Redirect {
            status,
            location,
        }))
    }),
];

/// The names of all faults that the header `x-neptune-fault` can select, without parameters.
pub fn fault_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// The fault that the parameters describe.
pub(super) fn planned(mut parameters: Parameters) -> Result<PlannedFault, ParseFaultError> {
    let Some((_, read)) = NAMES.iter().find(|(name, _)| *name == parameters.name) else {
        let known: Vec<&str> = fault_names().collect();
        return Err(ParseFaultError::new(format!(
            "Unknown fault '{}'; known are {}.",
            parameters.name,
            known.join(", ")
        )));
    };
    let planned = read(&mut parameters)?;
    let planned = delivery::circumstances(planned, &mut parameters)?;
    parameters.finish()?;
    Ok(planned)
}

fn own(change: impl FnOnce(&mut Delivery)) -> PlannedFault {
    PlannedFault::new(Replacement::Unchanged).deliver(change)
}

fn no_response(
    parameters: &mut Parameters,
    usual: ConnectionEnd,
) -> Result<PlannedFault, ParseFaultError> {
    let ending = delivery::ending(parameters)?.unwrap_or(usual);
    Ok(PlannedFault::new(Replacement::NoResponse(ending)))
}

fn refused(refusal: Refusal) -> Result<PlannedFault, ParseFaultError> {
    Ok(PlannedFault::new(Replacement::Refused(refusal)))
}

fn seconds(parameters: &mut Parameters) -> Result<Duration, ParseFaultError> {
    let seconds = parameters.skew("seconds")?.unwrap_or(3600);
    let forward =
        u64::try_from(seconds).map_err(|_| invalid("seconds", seconds, "must be at least 0"))?;
    Ok(Duration::from_secs(forward))
}

fn exception(parameters: &mut Parameters, usual: &str) -> (String, String) {
    let code = parameters.take("code").unwrap_or_else(|| usual.to_owned());
    let message = parameters.take("message");
    (code, message.unwrap_or_else(|| "As planned.".to_owned()))
}

fn trickle(parameters: &mut Parameters) -> Result<PlannedFault, ParseFaultError> {
    let parts = [
        ("all", Part::All),
        ("head", Part::Head),
        ("body", Part::Body),
    ];
    let every = parameters.millis("every")?;
    let throttle = Throttle {
        bytes: parameters.some_bytes("bytes")?.unwrap_or(1),
        every: every.unwrap_or(Duration::from_millis(50)),
        part: parameters.one_of("part", &parts)?.unwrap_or_default(),
    };
    Ok(own(|delivery| delivery.throttle = Some(throttle)))
}

fn trailers(parameters: &mut Parameters) -> Result<PlannedFault, ParseFaultError> {
    #[derive(Clone, Copy)]
    enum Kind {
        Success,
        Error,
        Oversized,
    }
    let kinds = [
        ("good", Kind::Success),
        ("failing", Kind::Error),
        ("oversized", Kind::Oversized),
    ];
    let trailers = match parameters.one_of("kind", &kinds)?.unwrap_or(Kind::Success) {
        Kind::Success => Trailers::Success,
        Kind::Error => {
            let (code, message) = exception(parameters, "TimeLimitExceededException");
            Trailers::Error {
                code,
                message,
                status: parameters.status("status")?,
                after: parameters.bytes("bytes")?,
                appended: parameters.parsed("appended")?.unwrap_or(true),
            }
        }
        Kind::Oversized => {
            let bytes = parameters.bytes("bytes")?.unwrap_or(20_000);
            if parameters.parsed("appended")?.unwrap_or(true) {
                Trailers::Oversized(bytes)
            } else {
                // The body is complete: only the trailers contain the error.
                Trailers::Error {
                    code: "InternalFailureException".to_owned(),
                    message: "x".repeat(bytes),
                    status: None,
                    after: Some(usize::MAX),
                    appended: false,
                }
            }
        }
    };
    Ok(PlannedFault::new(Replacement::Trailers(trailers)))
}

fn error(parameters: &mut Parameters) -> Result<PlannedFault, ParseFaultError> {
    let forms = [
        ("json", ErrorForm::Json),
        ("header", ErrorForm::Header),
        ("message-only", ErrorForm::MessageOnly),
        ("text", ErrorForm::Text),
        ("html", ErrorForm::Html),
        ("empty", ErrorForm::Empty),
        ("not-utf8", ErrorForm::NotUtf8),
    ];
    let (code, message) = exception(parameters, "InternalFailureException");
    Ok(PlannedFault::new(Replacement::Error(ErrorResponse {
        status: parameters.status("status")?,
        code,
        message,
        form: parameters.one_of("body", &forms)?.unwrap_or_default(),
    })))
}

fn refuse(parameters: &mut Parameters) -> Result<PlannedFault, ParseFaultError> {
    let reasons = [
        ("invalid-token", Refusal::InvalidToken),
        ("missing-token", Refusal::MissingToken),
        ("wrong-signature", Refusal::WrongSignature),
        ("not-authorized", Refusal::NotAuthorized),
        ("insufficient-access", Refusal::InsufficientAccess),
    ];
    let reason = parameters.one_of("reason", &reasons)?;
    refused(reason.unwrap_or(Refusal::InvalidToken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_lists_them_all() {
        let page = include_str!("../../docs/faults.md");
        for (name, read) in NAMES {
            assert!(page.contains(&format!("| `{name}`")), "{name}");
            // Every fault works without parameters.
            assert!(
                read(&mut Parameters::parse(name).expect("a name")).is_ok(),
                "{name}"
            );
        }
    }
}
