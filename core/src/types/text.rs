//! String newtypes. They prevent an operation's text arguments from being swapped. Only the server checks
//! their contents.

macro_rules! string_newtype {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
            #[serde(transparent)]
            pub struct $name(String);

            impl $name {
                /// Wraps the text, which is not checked.
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
    /// The S3 location of a job's input data, `s3://bucket/prefix/`.
    InputDataS3Uri;
    /// The id of a model-training job: 1 to 48 letters, digits and hyphens.
    ModelTrainingJobId;
    /// The S3 location of a data-processing job's results, `s3://bucket/prefix/`.
    ProcessedDataS3Uri;
    /// The ARN of an IAM role, or several chained ARNs, separated by commas (engine 1.2.1.0.R3).
    IamRoleArn;
    /// The region of an S3 bucket, such as `eu-west-1`.
    S3BucketRegion;
    /// An S3 location, `s3://bucket/prefix/`.
    S3Uri;
    /// SageMaker's name of a training job.
    TrainingJobName;
}
