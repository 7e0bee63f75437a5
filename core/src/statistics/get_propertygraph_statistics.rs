use super::EXCEPTIONS;
use crate::statistics::Statistics;

operation! {
    name: "GetPropertygraphStatistics",
    http: GET "/propertygraph/statistics",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetStatisticsStatus"],
    output: GetPropertygraphStatisticsOutput,

    /// Gets the statistics of the property graph.
    ///
    /// A read, and the only operation on statistics that replicas accept. Requires the IAM action
    /// `neptune-db:GetStatisticsStatus` and engine 1.2.1.0.R6 or later. On instance types that do not support
    /// statistics, such as the smallest ones, it fails with a `BadRequestException`.
    ///
    /// ```
    /// use neptunedata::{Endpoint, statistics::GetPropertygraphStatistics};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetPropertygraphStatistics::new(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/propertygraph/statistics");
    ///
    /// let body = r#"{"status":"200 OK","payload":{"autoCompute":true,"active":true,
    ///     "statisticsId":1588893232718,"date":"2023-01-24T00:47:43.319Z",
    ///     "signatureInfo":{"signatureCount":5,"instanceCount":1000,"predicateCount":20}}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetPropertygraphStatistics>(&response)?;
    /// let statistics = output.payload.unwrap();
    /// assert_eq!(statistics.statistics_id.as_deref(), Some("1588893232718"));
    /// assert_eq!(statistics.signature_info.unwrap().instance_count, Some(1000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    pub struct GetPropertygraphStatistics {}

    /// Requests the statistics.
    pub fn new();
}

output! {
    /// The response to [`GetPropertygraphStatistics`].
    pub struct GetPropertygraphStatisticsOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The statistics.
        pub payload: Option<Statistics>,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        statistics::{GetPropertygraphStatistics, StatisticsSummary},
        wire::response::response,
    };

    #[test]
    fn statistics_of_old_engines_are_read() {
        let body = r#"{"status":"200 OK","payload":{"autoCompute":true,"active":true,
            "statisticsId":-1,"date":"2020-05-07T23:13Z","summary":{"signatureCount":5}}}"#;
        let received = http::Response::new(body.into());
        let output = response::<GetPropertygraphStatistics>(&received).unwrap();
        let statistics = output.payload.unwrap();
        assert_eq!(statistics.statistics_id.as_deref(), Some("-1"));
        assert_eq!(statistics.date.unwrap().as_str(), "2020-05-07T23:13:00Z");
        let summary = StatisticsSummary {
            signature_count: Some(5),
            ..Default::default()
        };
        assert_eq!(statistics.signature_info, Some(summary));
    }
}
