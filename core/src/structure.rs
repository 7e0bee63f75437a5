//! Structures in answers.

/// Declares structures that stand in answers: every member is optional, and named by serde in camel case.
/// A member whose made-up values are not free says how they are made: `=> Exactly(Some(200))`.
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

/// Declares the output of an operation, a [`structure!`] that is the JSON of the whole answer.
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
