//! Setters of the configuration, which all have the same form.

/// Setters that change one field each: `name(value: Type) => field = value;`.
macro_rules! setters {
    ($for:ident; $($(#[$attribute:meta])* $name:ident($value:ident: $type:ty) => $($field:ident).+ = $to:expr;)*) => {
        impl $for {$(
            $(#[$attribute])*
            #[must_use]
            pub fn $name(mut self, $value: $type) -> Self {
                self.$($field).+ = $to;
                self
            }
        )*}
    };
}
