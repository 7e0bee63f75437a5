//! What the operations of Neptune ML share.

open_enum! {
    /// How far a Neptune ML job is.
    ///
    /// The set of values is not documented ([U19](crate::wire_notes#u19)); one that is not here is kept as it came, and is
    /// not terminal.
    MlJobStatus {
        /// It waits or runs.
        InProgress = "InProgress",
        /// It ended well.
        Completed = "Completed",
        /// It ended badly; the job's parts say why.
        Failed = "Failed",
        /// It is being cancelled ([U19](crate::wire_notes#u19)).
        Stopping = "Stopping",
        /// It was cancelled.
        Stopped = "Stopped",
    }
}

impl MlJobStatus {
    /// Whether the job has ended, well or not.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            MlJobStatus::Completed | MlJobStatus::Failed | MlJobStatus::Stopped
        )
    }
}

open_enum! {
    /// What state a Neptune ML endpoint is in.
    ///
    /// The set of values is not documented ([U19](crate::wire_notes#u19)); one that is not here is kept as it came, and is
    /// not terminal.
    MlEndpointStatus {
        /// It is being created.
        Creating = "Creating",
        /// It answers queries.
        InService = "InService",
        /// It could not be created.
        Failed = "Failed",
        /// It is being updated ([U19](crate::wire_notes#u19)).
        Updating = "Updating",
        /// It is being deleted ([U19](crate::wire_notes#u19)).
        Deleting = "Deleting",
    }
}

impl MlEndpointStatus {
    /// Whether the endpoint stays as it is until somebody updates or deletes it: it is in service, or
    /// failed.
    pub fn is_terminal(&self) -> bool {
        matches!(self, MlEndpointStatus::InService | MlEndpointStatus::Failed)
    }
}

structure! {
    /// A SageMaker resource behind a Neptune ML job.
    pub struct MlResourceDefinition {
        /// Its name in SageMaker.
        pub name: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// How far it is.
        pub status: Option<MlJobStatus>,
        /// Where in S3 it writes its results.
        pub output_location: Option<String>,
        /// Why it failed, if it did.
        pub failure_reason: Option<String>,
        /// Where its CloudWatch logs are.
        pub cloudwatch_log_url: Option<String>,
    }

    /// A model that a training job made.
    pub struct MlConfigDefinition {
        /// Its name in SageMaker.
        pub name: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
    }
}
