//! Text with a meaning. Where an operation requires two texts, their types keep them from being
//! swapped. The server judges the contents; nothing is checked here.

macro_rules! string_newtype {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
            #[serde(transparent)]
            pub struct $name(String);

            impl $name {
                /// Gives the text its meaning.
                pub fn new(text: impl Into<String>) -> Self {
                    $name(text.into())
                }

                /// The text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            arbitrary_text!($name, &[]);

            impl From<String> for $name {
                fn from(text: String) -> Self {
                    $name(text)
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    $name(text.to_owned())
                }
            }

            impl From<$name> for String {
                fn from(text: $name) -> String {
                    text.0
                }
            }

            impl AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    &self.0
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(&self.0)
                }
            }
        )*
    };
}

string_newtype! {
    /// The id of a data-processing job: 1 to 48 letters, digits and hyphens.
    DataProcessingJobId;
    /// Where in S3 the data is that a job reads, `s3://bucket/prefix/`.
    InputDataS3Uri;
    /// The id of a model-training job: 1 to 48 letters, digits and hyphens.
    ModelTrainingJobId;
    /// Where in S3 a data-processing job puts its results, `s3://bucket/prefix/`.
    ProcessedDataS3Uri;
    /// The ARN of an IAM role, or a chain of them, joined by commas (engine 1.2.1.0.R3).
    IamRoleArn;
    /// The region of an S3 bucket, such as `eu-west-1`.
    S3BucketRegion;
    /// An S3 location, `s3://bucket/prefix/`.
    S3Uri;
    /// The name that SageMaker has for a training job.
    TrainingJobName;
}
