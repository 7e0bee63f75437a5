//! Generators of the types that requests and outputs consist of.

use std::{collections::BTreeMap, fmt::Debug};

#[cfg(feature = "arbitrary")]
use arbitrary::Unstructured;
use bytes::Bytes;
#[cfg(feature = "proptest")]
use proptest::{collection, option, prelude::*, sample::select};
use serde_json::Value;

use crate::types::{RawBody, RawJson, ReportAsText, Timestamp};

/// The characters of most texts.
const PLAIN: &[char] = &[
    'a', 'b', 'c', 'x', 'y', 'z', 'A', 'Z', '0', '1', '9', '-', '_', '.',
];
/// Characters that some format must escape or could misinterpret.
const AWKWARD: &[char] = &[
    ' ', '/', '?', '#', '&', '=', '+', '%', ':', ';', ',', '"', '\'', '\\', '<', '>', '{', '}',
    '[', ']', '$', '`', '~', '*', '\n', '\r', '\t', '\0', '\u{7f}', 'ä', 'ß', '漢', '😀',
    '\u{301}', '\u{feff}', '\u{fffd}',
];
/// The maximum number of elements of lists and maps.
const MANY: usize = 3;

/// A type whose values can be generated.
pub(crate) trait Generate: Sized + Debug + 'static {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self>;

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self>;
}

macro_rules! numbers {
    ($($number:ident)*) => {$(
        /// Often small, or one of the bounds.
        impl Generate for $number {
            #[cfg(feature = "proptest")]
            fn strategy() -> BoxedStrategy<Self> {
                prop_oneof![
                    4 => 0..=$number::from(1000_i16),
                    1 => select(&[$number::MIN, -1, $number::MAX][..]),
                    3 => any::<$number>(),
                ]
                .boxed()
            }

            #[cfg(feature = "arbitrary")]
            fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
                match u.int_in_range(0..=7_u8)? {
                    0..=3 => u.int_in_range(0..=1000),
                    4 => u.choose(&[$number::MIN, -1, $number::MAX]).copied(),
                    _ => u.arbitrary(),
                }
            }
        }
    )*};
}

numbers!(i32 i64);

impl Generate for bool {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        any::<bool>().boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        u.arbitrary()
    }
}

/// Finite, with at most three decimal places: every JSON parser reads these exactly.
impl Generate for f64 {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        i32::strategy()
            .prop_map(|thousandths| f64::from(thousandths) / 1000.0)
            .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        i32::draw(u).map(|thousandths| f64::from(thousandths) / 1000.0)
    }
}

impl Generate for String {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        let plain = collection::vec(select(PLAIN), 0..12);
        let awkward = collection::vec(prop_oneof![select(PLAIN), select(AWKWARD)], 0..8);
        let wild = collection::vec(any::<char>(), 0..8);
        prop_oneof![6 => plain, 2 => awkward, 1 => wild]
            .prop_map(String::from_iter)
            .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let style = u.int_in_range(0..=8_u8)?;
        let length = u.int_in_range(0..=12_u8)?;
        let one = |_| match style {
            0..=5 => u.choose(PLAIN).copied(),
            6 | 7 => u.choose(AWKWARD).copied(),
            _ => u.arbitrary(),
        };
        (0..length).map(one).collect()
    }
}

/// In a known format, or any text.
impl Generate for Timestamp {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        let times = (any::<u32>(), 0..5_u8);
        prop_oneof![6 => times.prop_map(|(seconds, form)| time(seconds, form)), 1 => String::strategy()]
            .prop_map(Timestamp::from)
            .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let text = if u.ratio(6_u8, 7)? {
            time(u.arbitrary()?, u.int_in_range(0..=4)?)
        } else {
            String::draw(u)?
        };
        Ok(Timestamp::from(text))
    }
}

arbitrary!(@traits Timestamp);

fn time(seconds: u32, form: u8) -> String {
    let at = Timestamp::from(seconds.to_string());
    let text = at.as_str();
    let without = text.trim_end_matches('Z');
    match form {
        0 => seconds.to_string(),
        1 => format!("{without}.319Z"),
        2 => format!("{without}+05:30"),
        3 => format!("{}Z", without.get(..16).unwrap_or(without)),
        _ => text.to_owned(),
    }
}

/// A JSON document. Null occurs only inside, because null itself would be an absent member.
impl Generate for Value {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            i64::strategy().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            f64::strategy().prop_map(Value::from),
            String::strategy().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let inner = prop_oneof![1 => Just(Value::Null), 6 => inner];
            prop_oneof![
                collection::vec(inner.clone(), 0..=MANY).prop_map(Value::from),
                collection::btree_map(String::strategy(), inner, 0..=MANY)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
        .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        document(u, 3)
    }
}

#[cfg(feature = "arbitrary")]
fn document(u: &mut Unstructured<'_>, depth: u8) -> arbitrary::Result<Value> {
    let Some(below) = depth.checked_sub(1) else {
        return String::draw(u).map(Value::from);
    };
    let inner = |u: &mut Unstructured<'_>| {
        if u.ratio(1_u8, 7)? {
            Ok(Value::Null)
        } else {
            document(u, below)
        }
    };
    Ok(match u.int_in_range(0..=6_u8)? {
        0 => u.arbitrary::<bool>()?.into(),
        1 => i64::draw(u)?.into(),
        2 => u.arbitrary::<u64>()?.into(),
        3 => f64::draw(u)?.into(),
        4 => String::draw(u)?.into(),
        5 => (0..u.int_in_range(0..=MANY)?)
            .map(|_| inner(u))
            .collect::<arbitrary::Result<Vec<_>>>()?
            .into(),
        _ => (0..u.int_in_range(0..=MANY)?)
            .map(|_| Ok((String::draw(u)?, inner(u)?)))
            .collect::<arbitrary::Result<Value>>()?,
    })
}

impl Generate for Bytes {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        collection::vec(any::<u8>(), 0..24)
            .prop_map(Bytes::from)
            .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let length = u.int_in_range(0..=24_u8)?;
        let bytes = (0..length).map(|_| u.arbitrary());
        bytes
            .collect::<arbitrary::Result<Vec<u8>>>()
            .map(Bytes::from)
    }
}

/// Types whose values are made from values of another type.
macro_rules! made_from {
    ($($name:ident: $from:ty, $make:expr;)*) => {$(
        impl Generate for $name {
            #[cfg(feature = "proptest")]
            fn strategy() -> BoxedStrategy<Self> {
                <$from>::strategy().prop_map($make).boxed()
            }

            #[cfg(feature = "arbitrary")]
            fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
                <$from>::draw(u).map($make)
            }
        }

        arbitrary!(@traits $name);
    )*};
}

made_from! {
    RawJson: Value, |value| RawJson::known(&value.to_string());
    // Mostly text.
    RawBody: (Option<Bytes>, String), |(bytes, text)| RawBody::new(bytes.unwrap_or(text.into()));
    // Never blank, because a blank report counts as absent.
    ReportAsText: (Option<Bytes>, String), |(bytes, text)| {
        let bytes: Bytes = bytes.unwrap_or(text.into());
        ReportAsText::new([b"Explain: ", &bytes[..]].concat())
    };
}

impl<A: Generate, B: Generate> Generate for (A, B) {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        (A::strategy(), B::strategy()).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        Ok((A::draw(u)?, B::draw(u)?))
    }
}

impl<T: Generate> Generate for Option<T> {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        option::of(T::strategy()).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        u.arbitrary::<bool>()?.then(|| T::draw(u)).transpose()
    }
}

impl<T: Generate> Generate for Vec<T> {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        collection::vec(T::strategy(), 0..=MANY).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        (0..u.int_in_range(0..=MANY)?).map(|_| T::draw(u)).collect()
    }
}

impl<K: Generate + Ord, V: Generate> Generate for BTreeMap<K, V> {
    #[cfg(feature = "proptest")]
    fn strategy() -> BoxedStrategy<Self> {
        collection::btree_map(K::strategy(), V::strategy(), 0..=MANY).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        (0..u.int_in_range(0..=MANY)?)
            .map(|_| Ok((K::draw(u)?, V::draw(u)?)))
            .collect()
    }
}
