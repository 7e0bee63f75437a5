//! Chained setters of optional members.

/// `setters!(Request { flag: bool, name: impl String })`: a setter for each optional member, taking
/// the type itself, or with `impl` anything that becomes it.
macro_rules! setters {
    ($request:ident { $($(#[$meta:meta])* $($field:ident: $kind:tt $($into:ident)?),+ $(,)?)? }) => {
        impl $request {
            $($(setters!(@one $field, $kind $(, $into)?);)+)?
        }
    };
    (@one $field:ident, impl, $into:ident) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$into>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@one $field:ident, list, $of:ident) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field<T: Into<$of>>(mut self, $field: impl IntoIterator<Item = T>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (@one $field:ident, $type:ident) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
}
