//! Setters of the configuration, which all have the same form.

/// Setters that change one field each: `name(value: Type) => field = value;`. The type itself is `#[must_use]`.
macro_rules! setters {
    ($for:ident; $($(#[$attribute:meta])* $name:ident($($value:ident: $type:ty),*) => $($field:ident).+ = $to:expr;)*) => {
        impl $for {$(
            $(#[$attribute])*
            pub fn $name(mut self, $($value: $type),*) -> Self {
                self.$($field).+ = $to;
                self
            }
        )*}
    };
}
