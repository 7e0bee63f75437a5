//! Prints everything that a program can see: logs, spans, values and the causes of errors.

use std::{
    error::Error,
    fmt::{Debug, Write as _},
    sync::atomic::{AtomicU64, Ordering},
};

/// At once, so that records of several lines stay together.
fn note(line: &str) {
    println!("{line}");
}

struct Logs;

impl log::Log for Logs {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let (level, target, text) = (record.level(), record.target(), record.args());
        note(&format!("log {level} {target} {text}"));
    }

    fn flush(&self) {}
}

/// Takes every span and event, with all fields.
struct Spans(AtomicU64);

struct Fields(String);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut fields = Fields(format!("span {}", span.metadata().name()));
        span.record(&mut fields);
        note(&fields.0);
        tracing::span::Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        let mut fields = Fields("record".to_owned());
        values.record(&mut fields);
        note(&fields.0);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let metadata = event.metadata();
        let mut fields = Fields(format!("event {} {}", metadata.level(), metadata.target()));
        event.record(&mut fields);
        note(&fields.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// From now on, everything that is logged is printed.
pub(crate) fn listen() {
    log::set_logger(&Logs).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::subscriber::set_global_default(Spans(AtomicU64::new(0))).unwrap();
}

pub(crate) fn show(value: &dyn Debug) {
    println!("{value:?}\n{value:#?}");
}

pub(crate) fn show_error(error: &(dyn Error + 'static)) {
    println!("{error}\n{error:#}");
    show(&error);
    let mut source = error.source();
    while let Some(cause) = source {
        println!("{cause}\n{cause:#}\n{cause:?}");
        source = cause.source();
    }
}
