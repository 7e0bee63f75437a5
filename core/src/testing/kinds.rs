//! Generators of a field's values, for fields for which not every value of the type is valid.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Display},
    ops::RangeInclusive,
    time::Duration,
};

#[cfg(feature = "arbitrary")]
use arbitrary::Unstructured;
#[cfg(feature = "proptest")]
use proptest::{option, prelude::*};

use serde_json::Value;

use super::Generate;

/// A generator of values of `T`.
pub(crate) trait Kind<T> {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T>;

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T>;
}

/// Any value of the type.
pub(crate) struct Any;

impl<T: Generate> Kind<T> for Any {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        T::strategy()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        T::draw(u)
    }
}

/// Only this value.
pub(crate) struct Exactly<T>(pub(crate) T);

impl<T: Clone + Debug + 'static> Kind<T> for Exactly<T> {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        Just(self.0.clone()).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, _: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        Ok(self.0.clone())
    }
}

/// A number within these bounds, often one of the bounds; or `None`.
pub(crate) struct Within(pub(crate) RangeInclusive<i32>);

impl<T: From<i32> + Debug + 'static> Kind<Option<T>> for Within {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<Option<T>> {
        let (min, max) = (*self.0.start(), *self.0.end());
        let number = prop_oneof![1 => Just(min), 1 => Just(max), 4 => self.0.clone()];
        option::of(number.prop_map(T::from)).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<Option<T>> {
        let number = match u.int_in_range(0..=5_u8)? {
            0 | 1 => None,
            2 => Some(*self.0.start()),
            3 => Some(*self.0.end()),
            _ => Some(u.int_in_range(self.0.clone())?),
        };
        Ok(number.map(T::from))
    }
}

/// A path label: any text except the three that would change the path: empty, `.` and `..`.
pub(crate) struct Label;

impl<T: From<String> + Debug + 'static> Kind<T> for Label {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        let label = String::strategy().prop_map(|text| T::from(as_label(text)));
        label.boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        Ok(T::from(as_label(String::draw(u)?)))
    }
}

fn as_label(text: String) -> String {
    match text.as_str() {
        "" => "a".to_owned(),
        "." | ".." => text + "a",
        _ => text,
    }
}

/// A text that is valid in a header.
pub(crate) struct Header;

impl<T: Generate + From<String> + Display> Kind<T> for Header {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        T::strategy().prop_map(|text| as_header(&text)).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        T::draw(u).map(|text| as_header(&text))
    }
}

fn as_header<T: From<String> + Display>(text: &T) -> T {
    let mut text = text.to_string();
    text.retain(|character| matches!(character, ' '..='~'));
    T::from(text)
}

/// One of these values.
pub(crate) struct OneOf<T: 'static>(pub(crate) &'static [T]);

impl<T: Clone + Debug + 'static> Kind<T> for OneOf<T> {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        proptest::sample::select(self.0).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        u.choose(self.0).cloned()
    }
}

/// The text of a JSON object.
pub(crate) struct JsonObject;

type Members = BTreeMap<String, Value>;

fn as_text(members: Members) -> String {
    Value::from_iter(members).to_string()
}

impl Kind<String> for JsonObject {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<String> {
        Members::strategy().prop_map(as_text).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<String> {
        Members::draw(u).map(as_text)
    }
}

/// A duration in milliseconds within these bounds, or `None`.
pub(crate) struct Milliseconds(pub(crate) RangeInclusive<i32>);

fn as_time(milliseconds: Option<i64>) -> Option<Duration> {
    milliseconds.map(|milliseconds| Duration::from_millis(milliseconds.unsigned_abs()))
}

impl Kind<Option<Duration>> for Milliseconds {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<Option<Duration>> {
        Within(self.0.clone()).strategy().prop_map(as_time).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<Option<Duration>> {
        Within(self.0.clone()).draw(u).map(as_time)
    }
}

macro_rules! wrapping {
    ($($(#[$doc:meta])* $name:ident: $type:ident, by $proptest:expr, $arbitrary:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name<K>(pub(crate) K);

        impl<T: Debug + 'static, K: Kind<T>> Kind<$type<T>> for $name<K> {
            #[cfg(feature = "proptest")]
            fn strategy(&self) -> BoxedStrategy<$type<T>> {
                let strategy = self.0.strategy();
                ($proptest)(strategy).boxed()
            }

            #[cfg(feature = "arbitrary")]
            fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<$type<T>> {
                ($arbitrary)(&self.0, u)
            }
        }
    )*};
}

wrapping! {
    /// A value of this kind, or `None`.
    Optional: Option, by option::of, |kind: &K, u: &mut Unstructured<'_>| {
        u.arbitrary::<bool>()?.then(|| kind.draw(u)).transpose()
    };
    /// A value of this kind for an optional field, never `None`.
    Always: Option, by |strategy: BoxedStrategy<T>| strategy.prop_map(Some), |kind: &K, u: &mut Unstructured<'_>| {
        kind.draw(u).map(Some)
    };
    /// Up to three values of this kind.
    Many: Vec, by |strategy| proptest::collection::vec(strategy, 0..=3), |kind: &K, u: &mut Unstructured<'_>| {
        (0..u.int_in_range(0..=3_u8)?).map(|_| kind.draw(u)).collect()
    };
}
