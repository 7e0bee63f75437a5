//! Connections that are closed between calls, which must not be an error.

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
            "responds and closes without announcing it; the next call later",
            "",
        )
        .before(Before::Closed("close-after-answer"))
        .each(success(1, 1, 1)),
        Row::new(
            "x7",
            "responds and closes as announced; the next call later",
            "",
        )
        .before(Before::Closed("close-after-answer; announced"))
        .each(success(1, 1, 1)),
        Row::new("x8", "resets after the response; the next call later", "")
            .before(Before::Closed("close-after-answer; ending=rst"))
            .each(success(1, 1, 1)),
        Row::new(
            "x9",
            "closes without close_notify after the response; the next call later",
            "",
        )
        .before(Before::Closed("close-after-answer; ending=abrupt"))
        .each(success(1, 1, 1)),
        Row::new(
            "x10",
            "closes connections idle for 20 ms; the next call later",
            "",
        )
        .before(Before::Closed("close-idle; after=20"))
        .each(success(1, 1, 1)),
        Row::new(
            "x11",
            "responds and closes without announcing it",
            "close-after-answer",
        )
        .harmless()
        .each(success(1, 1, 1)),
        Row::new(
            "x12",
            "responds and closes as announced",
            "close-after-answer; announced",
        )
        .harmless()
        .each(success(1, 1, 1)),
        Row::new(
            "x13",
            "responds, the body ends with the connection",
            "close-after-answer; framing=close",
        )
        .harmless()
        .each(success(1, 1, 1)),
    ]
}
