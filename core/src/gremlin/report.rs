//! Reports on Gremlin queries.

/// Declares the output of an operation whose whole response body is a report in plain text.
macro_rules! report_output {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            /// The report.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub output: Option<crate::types::ReportAsText>,
        }

        arbitrary!($name, answer = |output: &$name| {
            let report = output.output.clone().unwrap_or_default();
            crate::testing::body_answer(Some("text/plain"), report.bytes().clone())
        } => output: Always(Any));

        impl $name {
            // The body is text.
            pub(crate) const MEMBERS: &'static [&'static str] = &[];

            /// The text of the report.
            pub fn text(&self) -> std::borrow::Cow<'_, str> {
                self.output.as_ref().map(crate::types::ReportAsText::text).unwrap_or_default()
            }

            fn read(response: &RawResponse<'_>) -> Result<Self, DecodeError> {
                let report = crate::types::ReportAsText::new(response.report()?);
                Ok($name { output: Some(report) })
            }
        }
    };
}
