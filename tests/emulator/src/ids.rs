//! Generates ids that look random, but are the same for the same seed.

/// SplitMix64, enough for distinct ids. They need not be hard to guess.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An id in the form of a version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let high = self.next() & !0xf000 | 0x4000;
        let low = self.next() & !(0b11 << 62) | 0b10 << 62;
        let mut text = String::with_capacity(36);
        let bytes = high.to_be_bytes().into_iter().chain(low.to_be_bytes());
        // Each request has an id, and formatting its parts would be a tenth of the work for a request.
        for (index, byte) in bytes.enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(hex_digit(byte >> 4));
            text.push(hex_digit(byte & 0xf));
        }
        text
    }
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or_default()
}

/// Whether a text has the form of a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let mut bytes = text.bytes();
    lengths.eq([8, 4, 4, 4, 12]) && bytes.all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_decides() {
        let mut ids = Ids::new(7);
        let (first, second) = (ids.uuid(), ids.uuid());
        assert_ne!(first, second);
        assert_eq!(Ids::new(7).uuid(), first);
        assert_eq!(first.len(), 36);
        assert_eq!(first.get(14..15), Some("4"));
        assert_eq!(first, "63cbe1e4-5932-4dd7-844c-3cd7f43c661c");
        assert_eq!(second, "e6984080-bab1-4a02-953a-eb70673e29cb");
    }
}
