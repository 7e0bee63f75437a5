//! What a field's values have to be, where any value of its type is not good enough.

use std::{fmt::Debug, ops::RangeInclusive};

#[cfg(feature = "arbitrary")]
use arbitrary::Unstructured;
#[cfg(feature = "proptest")]
use proptest::{option, prelude::*};

use super::MadeUp;

/// A way to make up values of `T`.
pub(crate) trait Kind<T> {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T>;

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T>;
}

/// Any value of the type.
pub(crate) struct Any;

impl<T: MadeUp> Kind<T> for Any {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        T::strategy()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        T::draw(u)
    }
}

/// This value.
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

/// A number within its bounds, often one of them, or none.
pub(crate) struct Within(pub(crate) RangeInclusive<i32>);

impl Kind<Option<i32>> for Within {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<Option<i32>> {
        let (min, max) = (*self.0.start(), *self.0.end());
        let number = prop_oneof![1 => Just(min), 1 => Just(max), 4 => self.0.clone()];
        option::of(number).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<Option<i32>> {
        Ok(match u.int_in_range(0..=5_u8)? {
            0 | 1 => None,
            2 => Some(*self.0.start()),
            3 => Some(*self.0.end()),
            _ => Some(u.int_in_range(self.0.clone())?),
        })
    }
}

/// A label of a path: any text but the three that would address something else.
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

/// What a header can carry.
#[allow(dead_code, reason = "for operations that set headers")]
pub(crate) struct Header;

impl<T: From<String> + Debug + 'static> Kind<T> for Header {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<T> {
        String::strategy()
            .prop_map(|text| T::from(as_header(text)))
            .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<T> {
        Ok(T::from(as_header(String::draw(u)?)))
    }
}

#[allow(dead_code, reason = "for operations that set headers")]
fn as_header(mut text: String) -> String {
    text.retain(|character| matches!(character, ' '..='~'));
    text
}

/// The same, or none.
#[allow(dead_code, reason = "for operations that set headers")]
pub(crate) struct Optional<K>(pub(crate) K);

impl<T: Debug + 'static, K: Kind<T>> Kind<Option<T>> for Optional<K> {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> BoxedStrategy<Option<T>> {
        option::of(self.0.strategy()).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut Unstructured<'_>) -> arbitrary::Result<Option<T>> {
        u.arbitrary::<bool>()?.then(|| self.0.draw(u)).transpose()
    }
}
