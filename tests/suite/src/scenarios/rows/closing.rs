//! Connections that are closed between calls: no failure at all.

use crate::scenarios::{
    Before, Row,
    row::{figure, success},
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("a3", "idle connection closed between calls", "")
            .before(Before::Idle)
            .peers(figure(1, "Ok"), figure(1, "success"), 1)
            .each(success(1, 1, 1)),
        Row::new(
            "x6",
            "answers and closes without a word; the next call later",
            "",
        )
        .before(Before::Closed("close-after-answer"))
        .each(success(1, 1, 1)),
        Row::new(
            "x7",
            "answers and closes as it said; the next call later",
            "",
        )
        .before(Before::Closed("close-after-answer; announced"))
        .each(success(1, 1, 1)),
        Row::new("x8", "resets after the answer; the next call later", "")
            .before(Before::Closed("close-after-answer; ending=rst"))
            .each(success(1, 1, 1)),
        Row::new(
            "x9",
            "closes without TLS's end after the answer; the next call later",
            "",
        )
        .before(Before::Closed("close-after-answer; ending=abrupt"))
        .each(success(1, 1, 1)),
        Row::new(
            "x10",
            "closes what is idle for 20 ms; the next call later",
            "",
        )
        .before(Before::Closed("close-idle; after=20"))
        .each(success(1, 1, 1)),
        Row::new(
            "x11",
            "answers and closes without a word",
            "close-after-answer",
        )
        .harmless()
        .each(success(1, 1, 1)),
        Row::new(
            "x12",
            "answers and closes as it said",
            "close-after-answer; announced",
        )
        .harmless()
        .each(success(1, 1, 1)),
        Row::new(
            "x13",
            "answers, the body ends with the connection",
            "close-after-answer; framing=close",
        )
        .harmless()
        .each(success(1, 1, 1)),
    ]
}
