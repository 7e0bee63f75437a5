//! The macros that declare structures of responses.

/// Declares structures of responses: every member is optional, and its serde name is in camel case. If not
/// every value of a member's type is valid, `=>` says how test values are generated:
/// `=> Exactly(Some(200))`.
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

        arbitrary!($name, answer => $($field $(: $kind)?),+);
    };
}
