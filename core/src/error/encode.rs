//! An invalid request, which is not sent.

use std::{borrow::Cow, fmt};

/// The request is invalid, so nothing was sent. The text names every invalid member that was found.
///
/// ```
/// use neptunedata::{Endpoint, ml::CancelMlModelTrainingJob};
///
/// let endpoint = Endpoint::parse("https://db.example.com:8182")?;
/// let refused = neptunedata::request(&CancelMlModelTrainingJob::new(".."), &endpoint).unwrap_err();
/// assert_eq!(refused.field_errors()[0].field(), "id");
/// # Ok::<(), neptunedata::endpoint::EndpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    operation: Cow<'static, str>,
    faults: Vec<FieldError>,
}

impl EncodeError {
    /// An error for `operation` (its wire name) with these field errors.
    pub fn new(operation: impl Into<Cow<'static, str>>, faults: Vec<FieldError>) -> Self {
        EncodeError {
            operation: operation.into(),
            faults,
        }
    }

    /// The wire name of the operation, such as `CancelMLModelTrainingJob`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// All errors that were found.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.faults
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        self.fmt_field_errors(f)
    }
}

impl EncodeError {
    /// The text without the operation.
    pub(super) fn fmt_field_errors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("request not sent: ")?;
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for EncodeError {}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    field: Cow<'static, str>,
    kind: FieldErrorKind,
}

impl FieldError {
    /// An error about the member `field`, named as in the service model.
    pub fn new(field: impl Into<Cow<'static, str>>, kind: FieldErrorKind) -> Self {
        FieldError {
            field: field.into(),
            kind,
        }
    }

    /// The path of the member in the service's names, such as `customModelTrainingParameters.sourceS3DirectoryPath` or
    /// `subnets[2]`; empty for the request as a whole.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &FieldErrorKind {
        &self.kind
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.kind)
    }
}

/// What is wrong with a member of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldErrorKind {
    /// The operation name is unknown.
    UnknownOperation,
    /// A required member is missing.
    Missing,
    /// The operation has no such member.
    UnknownMember,
    /// The value does not have the JSON type of the member.
    WrongType {
        /// The type of the member.
        expected: &'static str,
        /// What was given.
        found: &'static str,
    },
    /// A number outside its bounds, which are inclusive.
    OutOfRange {
        /// Smallest allowed value.
        min: i128,
        /// Largest allowed value.
        max: i128,
    },
    /// An empty value for a path segment: the request would go to another path.
    EmptyLabel,
    /// A path segment that is `.` or `..`: proxies and signers rewrite them.
    DotSegment,
    /// A header value with characters that are invalid in headers.
    HeaderValue,
    /// The URI would be longer than 65,534 bytes.
    UriTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Another error, described in words.
    Other(Cow<'static, str>),
}

impl fmt::Display for FieldErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldErrorKind::UnknownOperation => f.write_str("no such operation"),
            FieldErrorKind::Missing => f.write_str("required member is missing"),
            FieldErrorKind::UnknownMember => f.write_str("no such member"),
            FieldErrorKind::WrongType { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            FieldErrorKind::OutOfRange { min, max } => write!(f, "must be from {min} to {max}"),
            FieldErrorKind::EmptyLabel => f.write_str("must not be empty: it is a path segment"),
            FieldErrorKind::DotSegment => {
                f.write_str("must not be `.` or `..`: it is a path segment")
            }
            FieldErrorKind::HeaderValue => {
                f.write_str("has characters that are invalid in a header")
            }
            FieldErrorKind::UriTooLong { length } => {
                write!(f, "the URI is {length} bytes long, the limit is 65534")
            }
            FieldErrorKind::Other(text) => f.write_str(text),
        }
    }
}
