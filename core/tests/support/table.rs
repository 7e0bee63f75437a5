//! The form of a row: an event, and by effect what must come of it.

use std::time::Duration;

use neptunedata::{
    CallOptions, Effect, Error, ErrorKind, ExceptionKind, error::DecodeErrorKind, machine::Reuse,
    retry::RetryClass, transport::TransportErrorKind,
};

use super::{
    drive::{Asked, Style, Trace, drive_each, sessions},
    script::Event,
};

/// A step of a call, as a row writes it down.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Did {
    /// Sent over a pooled connection, if there was one.
    Any,
    /// Sent over a new one.
    Fresh,
    /// Waited, from so many to so many milliseconds.
    Wait(u64, u64),
    /// Asked for credentials.
    #[cfg(feature = "sigv4")]
    Credentials,
    /// Asked for credentials that no cache holds.
    #[cfg(feature = "sigv4")]
    Refresh,
}

/// How a call ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Success,
    /// In an error that calling again later may cure.
    Passing(ErrorKind),
    /// In an error for good.
    Final(ErrorKind),
}

/// What must come of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expect {
    pub(crate) path: &'static [Did],
    pub(crate) attempts: u32,
    /// `Error::may_have_executed`, or of a success `Meta::earlier_may_have_executed`.
    pub(crate) executed: bool,
    pub(crate) end: End,
    /// The exact text of the error.
    pub(crate) says: Option<&'static str>,
}

pub(crate) const NOT: bool = false;
pub(crate) const MAY: bool = true;

pub(crate) const fn expect(
    path: &'static [Did],
    attempts: u32,
    executed: bool,
    end: End,
) -> Expect {
    Expect {
        path,
        attempts,
        executed,
        end,
        says: None,
    }
}

/// Sent once, which is the end.
pub(crate) const fn sent_once(executed: bool, end: End) -> Expect {
    expect(&[Did::Any], 1, executed, end)
}

impl Expect {
    pub(crate) const fn says(mut self, text: &'static str) -> Self {
        self.says = Some(text);
        self
    }
}

pub(crate) const fn transport(kind: TransportErrorKind) -> ErrorKind {
    ErrorKind::Transport(kind)
}

pub(crate) const fn service(kind: ExceptionKind) -> ErrorKind {
    ErrorKind::Service(kind)
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// The row of the retry table that it is about.
    pub(crate) class: Option<RetryClass>,
    pub(crate) script: Vec<Event>,
    pub(crate) read: Expect,
    pub(crate) idempotent: Expect,
    pub(crate) write: Expect,
    pub(crate) options: CallOptions,
}

/// Reads and idempotent requests, and writes.
pub(crate) fn row(
    name: impl Into<String>,
    class: Option<RetryClass>,
    script: impl IntoIterator<Item = impl Into<Event>>,
    again: Expect,
    write: Expect,
) -> Row {
    Row {
        name: name.into(),
        class,
        script: script.into_iter().map(Into::into).collect(),
        read: again,
        idempotent: again,
        write,
        options: CallOptions::new(),
    }
}

/// A row in which the effect makes no difference.
pub(crate) fn same(
    name: impl Into<String>,
    class: Option<RetryClass>,
    script: impl IntoIterator<Item = impl Into<Event>>,
    expect: Expect,
) -> Row {
    row(name, class, script, expect, expect)
}

/// Runs rows by every operation, with and without signatures, whole and in chunks, and reports all
/// that is wrong.
pub(crate) fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for row in rows {
        wrong.extend(check_row(row));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn check_row(row: &Row) -> Option<String> {
    let by_effect = [
        (Effect::Read, row.read),
        (Effect::Idempotent, row.idempotent),
        (Effect::Write, row.write),
    ];
    let mut faults = Vec::new();
    for (effect, expect) in by_effect {
        // The longest of each wait over all seeds.
        let mut longest = vec![Duration::ZERO; expect.path.len()];
        for (index, session) in sessions().into_iter().enumerate() {
            // Signing is slow, and waits do not depend on it.
            for seed in 0..if index == 0 { 24 } else { 3 } {
                let style = Style::of(seed);
                let one = |operation: &str, trace: Trace, _| {
                    for (longest, asked) in longest.iter_mut().zip(&trace.asked) {
                        if let Asked::Wait(time) = asked {
                            *longest = (*longest).max(*time);
                        }
                    }
                    let fits = expect
                        .compare(&trace)
                        .and_then(|()| row.is_of_class(&trace));
                    if let Err(fault) = fits {
                        faults.push(format!(
                            "{}: {operation} as {effect:?}: {fault}\n  {trace:?}",
                            row.name
                        ));
                    }
                };
                drive_each(session, effect, &row.options, &row.script, style, one);
            }
        }
        // Full jitter: of many waits one is in the upper half.
        for (did, longest) in expect.path.iter().zip(longest) {
            if let Did::Wait(0, high) = did
                && longest < Duration::from_millis(high / 2)
                && faults.is_empty()
            {
                let fault = format!("no wait longer than {longest:?}, of {did:?}");
                faults.push(format!("{} as {effect:?}: {fault}", row.name));
            }
        }
    }
    faults.into_iter().next()
}

impl Row {
    /// What one event leads to alone is of the row's class, unless it is for good.
    fn is_of_class(&self, trace: &Trace) -> Result<(), String> {
        let Some(error) = trace.result.as_ref().err() else {
            return Ok(());
        };
        let class = error.retry_class();
        let fits = match class {
            Some(_) => class == self.class || self.script.len() > 1,
            None => !error.is_retryable(),
        };
        if fits {
            Ok(())
        } else {
            Err(format!("expected {:?}, got {class:?}", self.class))
        }
    }
}

/// The text of an error after the operation and its subject.
fn unnamed(error: &Error) -> String {
    let text = error.to_string();
    let name = match error.subject() {
        Some(subject) => format!("{} {subject}: ", error.operation()),
        None => format!("{}: ", error.operation()),
    };
    text.strip_prefix(&name)
        .map_or_else(|| format!("no name: {text}"), str::to_owned)
}

impl Expect {
    pub(crate) fn compare(&self, trace: &Trace) -> Result<(), String> {
        let fits = self.path.len() == trace.asked.len()
            && self
                .path
                .iter()
                .zip(&trace.asked)
                .all(|(did, asked)| match (did, asked) {
                    (Did::Any, Asked::Send(Reuse::Allowed))
                    | (Did::Fresh, Asked::Send(Reuse::Fresh)) => true,
                    (Did::Wait(low, high), Asked::Wait(time)) => {
                        (Duration::from_millis(*low)..=Duration::from_millis(*high)).contains(time)
                    }
                    #[cfg(feature = "sigv4")]
                    (Did::Credentials, Asked::Credentials { refresh: false })
                    | (Did::Refresh, Asked::Credentials { refresh: true }) => true,
                    _ => false,
                });
        if !fits {
            return Err(format!(
                "expected {:?}, the machine asked for {:?}",
                self.path, trace.asked
            ));
        }
        let differs = |what, expected: &dyn std::fmt::Debug, got: &dyn std::fmt::Debug| {
            Err(format!("expected {what} {expected:?}, got {got:?}"))
        };
        match (&self.end, &trace.result) {
            (End::Success, Ok(meta)) => {
                if meta.attempts != self.attempts {
                    return differs("attempts", &self.attempts, &meta.attempts);
                }
                if meta.earlier_may_have_executed != self.executed {
                    let got = meta.earlier_may_have_executed;
                    return differs("earlier_may_have_executed", &self.executed, &got);
                }
                Ok(())
            }
            (End::Passing(kind) | End::Final(kind), Err(error)) => {
                let retryable = matches!(self.end, End::Passing(_));
                if error.kind() != *kind {
                    return differs("kind", kind, &error.kind());
                }
                if error.attempts() != self.attempts {
                    return differs("attempts", &self.attempts, &error.attempts());
                }
                if error.may_have_executed() != self.executed {
                    let got = error.may_have_executed();
                    return differs("may_have_executed", &self.executed, &got);
                }
                if error.is_retryable() != retryable {
                    return differs("is_retryable", &retryable, &error.is_retryable());
                }
                match self.says {
                    Some(text) if text != unnamed(error) => {
                        differs("text", &text, &error.to_string())
                    }
                    _ => Ok(()),
                }
            }
            (end, got) => differs("end", end, got),
        }
    }
}

/// The kind of a decode error.
pub(crate) fn decode_kind(trace: &Trace) -> Option<DecodeErrorKind> {
    match trace.result.as_ref().err()?.cause() {
        neptunedata::error::Cause::Decode(error) => Some(error.kind()),
        _ => None,
    }
}
