//! The macros that declare structures of responses.

use serde::Serialize;

use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::Operation,
};

/// Declares structures of responses: every member is optional, and its serde name is in camel case. If not every value
/// of a member's type is valid, `=>` says how test values are generated: `=> Exactly(Some(200))`.
macro_rules! structure {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty $(=> $kind:expr)?,)+
        }
    )+) => {$(
        structure!(@declare [$(#[$meta])*] $name [$([$(#[$field_meta])*] $field: $type;)+]);

        arbitrary!($name => $($field $(: $kind)?),+);
    )+};
    (@declare [$($meta:tt)*] $name:ident [$([$($field_meta:tt)*] $field:ident: $type:ty;)+]) => {
        $($meta)*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $($field_meta)*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: $type,
            )+
        }
    };
}

/// Declares the output of an operation: a [`structure!`] that is the JSON of the whole response.
macro_rules! output {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty $(=> $kind:expr)?,)+
        }
    ) => {
        structure!(@declare [$(#[$meta])*] $name [$([$(#[$field_meta])*] $field: $type;)+]);

        impl $name {
            pub(crate) const MEMBERS: &'static [&'static str] = &[$(stringify!($field)),+];
        }

        arbitrary!($name, answer => $($field $(: $kind)?),+);
    };
}

/// Declares an accessor of a member without which the success of an operation is useless: the member, or an error.
macro_rules! required_member {
    (
        $operation:ident,
        $(#[$meta:meta])*
        $output:ident::$accessor:ident = $path:literal, $get:expr
    ) => {
        impl $output {
            $(#[$meta])*
            ///
            /// # Errors
            ///
            /// When the response does not have it. The error has the output as its body, written as JSON.
            pub fn $accessor(&self) -> Result<&str, $crate::error::DecodeError> {
                $crate::structure::required::<$operation>(self, $path, $get)
            }
        }
    };
}

/// The member at this path of an output.
pub(crate) fn required<'a, O: Operation<Output: Serialize>>(
    output: &'a O::Output,
    path: &'static str,
    get: fn(&O::Output) -> Option<&str>,
) -> Result<&'a str, DecodeError> {
    get(output)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            let body = serde_json::to_vec(output).unwrap_or_default();
            DecodeError::new(
                O::INFO.name,
                DecodeErrorKind::Shape,
                path,
                "missing member",
                body.into(),
            )
        })
}
