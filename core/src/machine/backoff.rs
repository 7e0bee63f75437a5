//! Values derived from the call's seed: the backoff between attempts, exponential with full jitter, and the UUIDs
//! of idempotency tokens and query ids.

use std::time::Duration;

/// A UUID of version 4 made from this seed, for idempotency tokens and query ids. Independent of the backoff.
pub(crate) fn uuid(seed: u64) -> String {
    // The constant, "token" in ASCII, keeps the UUID independent of the backoff, which uses the seed itself.
    let mut random = Random::new(seed ^ 0x0074_6F6B_656E);
    let drawn = (u128::from(random.next()) << 64) | u128::from(random.next());
    let version = (drawn & !(0xF000 << 64)) | (0x4000 << 64);
    let uuid = (version & !(0xC << 60)) | (0x8 << 60);
    let group = |shift: u32, mask: u128| uuid.wrapping_shr(shift) & mask;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        group(96, 0xFFFF_FFFF),
        group(80, 0xFFFF),
        group(64, 0xFFFF),
        group(48, 0xFFFF),
        group(0, 0xFFFF_FFFF_FFFF),
    )
}

/// SplitMix64: good enough for jitter, and the same on every platform.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A wait from zero up to `base` doubled `doublings` times, but no longer than `cap`.
    pub(crate) fn full_jitter(
        &mut self,
        base: Duration,
        doublings: u32,
        cap: Duration,
    ) -> Duration {
        let longest = base
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(cap);
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        // The high half of the product is uniform from 0 to nanos.
        let scaled = u128::from(self.next()).wrapping_mul(u128::from(nanos)) >> 64;
        Duration::from_nanos(u64::try_from(scaled).unwrap_or(nanos))
    }

    /// A wait of `base` doubled `doublings` times, but no longer than `cap`, shortened at random by up to a quarter.
    pub(crate) fn quarter_jitter(
        &mut self,
        base: Duration,
        doublings: u32,
        cap: Duration,
    ) -> Duration {
        let longest = base
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(cap);
        let quarter = longest.checked_div(4).unwrap_or_default();
        longest
            .saturating_sub(quarter)
            .saturating_add(self.full_jitter(quarter, 0, quarter))
    }
}
