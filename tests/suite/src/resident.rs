//! The memory use of this process, on systems that report it (Linux).

/// The resident memory now, in bytes.
pub fn now() -> Option<u64> {
    read("VmRSS:")
}

/// The peak of the resident memory, in bytes.
pub fn peak() -> Option<u64> {
    read("VmHWM:")
}

fn read(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}
