//! Values that several operations of Neptune ML use.

open_enum! {
    /// The status of a Neptune ML job.
    ///
    /// The set of values is not documented ([U19](crate::wire_notes#u19)); an unknown value is kept as
    /// received, and is not terminal.
    MlJobStatus {
        /// The job waits or runs.
        InProgress = "InProgress",
        /// It ended successfully.
        Completed = "Completed",
        /// It failed; `failure_reason` of the job's SageMaker resources has the reason.
        Failed = "Failed",
        /// It is being cancelled ([U19](crate::wire_notes#u19)).
        Stopping = "Stopping",
        /// It was cancelled.
        Stopped = "Stopped",
    }
}

impl MlJobStatus {
    /// Whether the job has ended, successfully or not.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            MlJobStatus::Completed | MlJobStatus::Failed | MlJobStatus::Stopped
        )
    }
}

open_enum! {
    /// The status of a Neptune ML endpoint.
    ///
    /// The set of values is not documented ([U19](crate::wire_notes#u19)); an unknown value is kept as
    /// received, and is not terminal.
    MlEndpointStatus {
        /// It is being created.
        Creating = "Creating",
        /// It serves queries.
        InService = "InService",
        /// Its creation failed.
        Failed = "Failed",
        /// It is being updated ([U19](crate::wire_notes#u19)).
        Updating = "Updating",
        /// It is being deleted ([U19](crate::wire_notes#u19)).
        Deleting = "Deleting",
    }
}

impl MlEndpointStatus {
    /// Whether the status is final: `InService` or `Failed`. A final status does not change until the endpoint is
    /// updated or deleted.
    pub fn is_terminal(&self) -> bool {
        matches!(self, MlEndpointStatus::InService | MlEndpointStatus::Failed)
    }
}

structure! {
    /// A SageMaker resource that a Neptune ML job uses.
    pub struct MlResourceDefinition {
        /// Its name in SageMaker.
        pub name: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// Its status.
        pub status: Option<MlJobStatus>,
        /// The S3 location of its results.
        pub output_location: Option<String>,
        /// The reason for its failure, if it failed.
        pub failure_reason: Option<String>,
        /// The URL of its CloudWatch logs.
        pub cloudwatch_log_url: Option<String>,
    }

    /// A model that a job produced, or the configuration of a SageMaker endpoint.
    pub struct MlConfigDefinition {
        /// Its name in SageMaker.
        pub name: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
    }
}
