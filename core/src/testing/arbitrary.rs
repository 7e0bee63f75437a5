//! The macros that implement `Arbitrary` of both features.

/// `arbitrary!(Request => id: Label, clean, max_items: Within(1..=1024))`: lists every field of a struct. If
/// not every value of a field's type is valid, a [`Kind`](super::kinds::Kind) says how values are generated.
///
/// `arbitrary!(Request, with = function => …)` passes the struct to a function, which can correct fields that
/// depend on each other. `arbitrary!(Output, answer => …)` is for outputs whose response is their serde form,
/// `arbitrary!(Output, answer kept => …)` for those that also keep the text of the response, and
/// `arbitrary!(Output, answer = function => …)` for those with another response.
///
/// Implements the `Arbitrary` trait of both features. Without the features it expands to nothing.
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
macro_rules! arbitrary {
    ($name:ident => $($fields:tt)*) => {
        arbitrary!($name, with = std::convert::identity => $($fields)*);
    };
    ($name:ident, answer => $($fields:tt)*) => {
        arbitrary!($name => $($fields)*);

        impl $crate::testing::Answer for $name {}
    };
    ($name:ident, answer = $to_response:expr => $($fields:tt)*) => {
        arbitrary!($name => $($fields)*);

        impl $crate::testing::Answer for $name {
            fn to_response(&self) -> http::Response<bytes::Bytes> {
                ($to_response)(self)
            }

            fn form(&self) -> $crate::testing::BodyForm {
                $crate::testing::BodyForm::Opaque
            }
        }
    };
    ($name:ident, answer kept => $($fields:tt)*) => {
        arbitrary!($name => $($fields)*);

        impl $crate::testing::Answer for $name {
            fn form(&self) -> $crate::testing::BodyForm {
                $crate::testing::BodyForm::JsonKept
            }
        }
    };
    ($name:ident, with = $with:expr => $($field:ident $(: $kind:expr)?),* $(,)?) => {
        impl $crate::testing::Generate for $name {
            #[cfg(feature = "proptest")]
            fn strategy() -> proptest::strategy::BoxedStrategy<Self> {
                #[allow(unused_imports)]
                use {$crate::testing::kinds::*, proptest::strategy::Strategy as _};
                arbitrary!(@strategies $($field $(: $kind)?,)*)
                    .prop_map(|arbitrary!(@pattern $($field,)*)| ($with)($name { $($field,)* }))
                    .boxed()
            }

            #[cfg(feature = "arbitrary")]
            #[allow(unused_variables)]
            fn draw(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Self> {
                #[allow(unused_imports)]
                use $crate::testing::kinds::*;
                Ok(($with)($name { $($field: arbitrary!(@kind $($kind)?).draw(u)?,)* }))
            }
        }

        arbitrary!(@traits $name);
    };
    // Nested pairs, because proptest's tuples have at most twelve members.
    (@strategies) => { proptest::strategy::Just(()) };
    (@strategies $field:ident $(: $kind:expr)?, $($rest:tt)*) => {
        (arbitrary!(@kind $($kind)?).strategy(), arbitrary!(@strategies $($rest)*))
    };
    (@pattern) => { () };
    (@pattern $field:ident, $($rest:tt)*) => { ($field, arbitrary!(@pattern $($rest)*)) };
    (@kind) => { Any };
    (@kind $kind:expr) => { $kind };
    (@traits $name:ident) => {
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $name {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                <Self as $crate::testing::Generate>::strategy()
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                <Self as $crate::testing::Generate>::draw(u)
            }
        }
    };
}

#[cfg(not(any(feature = "proptest", feature = "arbitrary")))]
macro_rules! arbitrary {
    ($($nothing:tt)*) => {};
}

/// The same for types made of a text: any text, often one of the known texts.
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
macro_rules! arbitrary_text {
    ($name:ident, $known:expr) => {
        impl $crate::testing::Generate for $name {
            #[cfg(feature = "proptest")]
            fn strategy() -> proptest::strategy::BoxedStrategy<Self> {
                use proptest::strategy::Strategy;

                let text = String::strategy().prop_map($name::from);
                let known: &'static [$name] = $known;
                if known.is_empty() {
                    return text.boxed();
                }
                proptest::prop_oneof![4 => proptest::sample::select(known), 1 => text].boxed()
            }

            #[cfg(feature = "arbitrary")]
            fn draw(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Self> {
                let known: &'static [$name] = $known;
                if !known.is_empty() && u.ratio(4_u8, 5)? {
                    return Ok(u.choose(known)?.clone());
                }
                String::draw(u).map($name::from)
            }
        }

        arbitrary!(@traits $name);
    };
}

#[cfg(not(any(feature = "proptest", feature = "arbitrary")))]
macro_rules! arbitrary_text {
    ($($nothing:tt)*) => {};
}
