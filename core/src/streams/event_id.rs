//! The positions of records in a change stream.

use std::{fmt, str::FromStr};

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::values::NUMBER;

/// The position of a record in a change stream: a commit, and an operation in it.
///
/// Ids are ordered like the records. On the wire they are an object of two numbers
/// ([M35](crate::wire_notes#m35): the service model has a map of strings, which is read too) or the text of
/// both numbers with a colon ([M36](crate::wire_notes#m36)). Ids are serialized as an object of numbers, and
/// `Display` writes the text with a colon.
///
/// ```
/// use neptunedata::streams::EventId;
///
/// let id: EventId = "12:1".parse()?;
/// assert_eq!(id, EventId::new(12, 1));
/// assert!(EventId::new(12, 1) < EventId::new(12, 2));
/// assert!(EventId::new(12, 9) < EventId::new(13, 1));
/// assert_eq!(id.to_string(), "12:1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using-api-reponse.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// The number of the commit.
    pub commit_num: i64,
    /// The number of the operation in the commit, from 1.
    pub op_num: i64,
}

arbitrary!(EventId => commit_num, op_num);

impl EventId {
    /// The id of this operation in this commit.
    pub const fn new(commit_num: i64, op_num: i64) -> Self {
        EventId { commit_num, op_num }
    }

    /// Finds an id as written in messages of the service, such as `… [commitNum = 1132, opNum = 200]`.
    pub(crate) fn find_in(message: &str) -> Option<EventId> {
        let (_, rest) = message.rsplit_once("[commitNum")?;
        let (inside, _) = rest.split_once(']')?;
        let (commit_num, op_num) = inside.split_once(',')?;
        let number = |text: &str| text.trim_start().strip_prefix('=')?.trim().parse().ok();
        Some(EventId {
            commit_num: number(commit_num)?,
            op_num: number(op_num.trim_start().strip_prefix("opNum")?)?,
        })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.commit_num, self.op_num)
    }
}

/// A text that is not a valid [`EventId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an event id of two numbers, such as 12:1")]
pub struct ParseEventIdError(());

impl FromStr for EventId {
    type Err = ParseEventIdError;

    fn from_str(text: &str) -> Result<Self, ParseEventIdError> {
        let (commit_num, op_num) = text.split_once(':').ok_or(ParseEventIdError(()))?;
        let number = |text: &str| text.trim().parse().map_err(|_| ParseEventIdError(()));
        Ok(EventId {
            commit_num: number(commit_num)?,
            op_num: number(op_num)?,
        })
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut id = serializer.serialize_struct("EventId", 2)?;
        id.serialize_field("commitNum", &self.commit_num)?;
        id.serialize_field("opNum", &self.op_num)?;
        id.end()
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(AnyForm)? {
            Some(id) => Ok(id),
            None => Err(D::Error::missing_field("commitNum")),
        }
    }
}

/// For members of responses: an object without either number is `None` and not an error.
pub(crate) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<EventId>, D::Error> {
    deserializer.deserialize_any(AnyForm)
}

struct AnyForm;

impl<'de> Visitor<'de> for AnyForm {
    type Value = Option<EventId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event id: an object with commitNum and opNum, or a string such as 12:1")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        text.parse().map(Some).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut commit_num, mut op_num) = (None, None);
        while let Some(key) = map.next_key()? {
            match key {
                Key::CommitNum => commit_num = Some(map.next_value::<Number>()?.0),
                Key::OpNum => op_num = Some(map.next_value::<Number>()?.0),
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match (commit_num, op_num) {
            (Some(commit_num), Some(op_num)) => Ok(Some(EventId { commit_num, op_num })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(A::Error::missing_field("commitNum")),
            (Some(_), None) => Err(A::Error::missing_field("opNum")),
        }
    }
}

/// The name of a member, read without allocating a map or a string: a page of a stream has tens of thousands of
/// members.
enum Key {
    CommitNum,
    OpNum,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
                Ok(match name {
                    "commitNum" => Key::CommitNum,
                    "opNum" => Key::OpNum,
                    _ => Key::Other,
                })
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

/// An integer, or a string that contains an integer.
struct Number(i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer, or a string that contains an integer")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                i64::try_from(number).map(Number).map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
                // A float is exact for whole numbers up to this one.
                const EXACT: f64 = 9_007_199_254_740_992.0;
                if number.fract() == 0.0 && number.abs() <= EXACT {
                    return Ok(Number(number as i64));
                }
                Err(E::invalid_type(Unexpected::Float(number), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                text.trim().parse().map(Number).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
                match map.next_entry::<String, String>()? {
                    Some((key, text)) if key == NUMBER => self.visit_str(&text),
                    _ => Err(A::Error::invalid_type(Unexpected::Map, &self)),
                }
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_with_any_feature_of_serde_json() {
        let number = json!({ NUMBER: "12" });
        let id = json!({"commitNum": number, "opNum": 1.0});
        let id: EventId = serde_json::from_value(id).unwrap();
        assert_eq!(id, EventId::new(12, 1));
    }

    #[test]
    fn the_serde_form_survives_a_round_trip() {
        let id = EventId::new(i64::MAX, 1);
        let json = serde_json::to_value(id).unwrap();
        assert_eq!(json, json!({"commitNum": i64::MAX, "opNum": 1}));
        assert_eq!(serde_json::from_value::<EventId>(json).unwrap(), id);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn incomplete_and_other_values_are_not_ids() {
        for wrong in [
            json!({"commitNum": 1}),
            json!({"opNum": "1"}),
            json!({}),
            json!({"commitNum": 1.5, "opNum": 1}),
            json!({"commitNum": u64::MAX, "opNum": 1}),
            json!({"commitNum": "x", "opNum": 1}),
            json!("1"),
            json!("1:x"),
            json!(1),
            json!([1, 1]),
        ] {
            assert!(
                serde_json::from_value::<EventId>(wrong.clone()).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_last_id_in_a_message_is_found() {
        let found = |message| EventId::find_in(message);
        assert_eq!(
            found("from the future. Last valid eventId is [commitNum = 1132, opNum = 200]"),
            Some(EventId::new(1132, 200))
        );
        assert_eq!(
            found("[commitNum = 1, opNum = 2] then [commitNum=3,opNum=4]."),
            Some(EventId::new(3, 4))
        );
        for none in [
            "",
            "[commitNum",
            "[commitNum = 1]",
            "[commitNum = 1, opNum 2]",
            "[commitNum = 1, commitNum = 2]",
            "[commitNum = x, opNum = 2]",
            "[commitNum = 1, opNum = 2",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
    }
}
