//! CPU time, allocations and memory.

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

use crate::{Size, row::Measure};

/// Measures the CPU time of one run of `work` on this thread, in microseconds. Other processes on the same
/// core do not count.
pub(crate) fn cpu_micros(size: Size, mut work: impl FnMut() + 'static) -> Measure {
    // The first run fills caches, derives the signing key of the day and opens connections. It is not measured.
    work();
    let mut runs = 1;
    Box::new(move || {
        loop {
            let taken = cpu(|| (0..runs).for_each(|_| work()));
            if taken >= size.min_cpu_time() {
                return taken.as_secs_f64() * 1e6 / f64::from(runs);
            }
            // The resolution of the clock and noise would matter too much: measure more runs from now on.
            runs *= 2;
        }
    })
}

/// The CPU time of `work` on this thread.
fn cpu(work: impl FnOnce()) -> Duration {
    let start = thread_cpu();
    work();
    thread_cpu().saturating_sub(start)
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap(),
        time.tv_nsec.try_into().unwrap(),
    )
}

/// Counts the allocations of one run of `work`, on this thread.
pub(crate) fn allocations(work: impl FnMut() + 'static) -> Measure {
    counted(work, |info| info.count_total)
}

/// Counts the bytes that one run of `work` allocates, on this thread, freed or not.
pub(crate) fn allocated_bytes(work: impl FnMut() + 'static) -> Measure {
    counted(work, |info| info.bytes_total)
}

fn counted(
    mut work: impl FnMut() + 'static,
    figure: impl Fn(allocation_counter::AllocationInfo) -> u64 + 'static,
) -> Measure {
    const RUNS: u32 = 16;
    // As in `cpu_micros`.
    work();
    Box::new(move || {
        let info = allocation_counter::measure(|| (0..RUNS).for_each(|_| work()));
        figure(info) as f64 / f64::from(RUNS)
    })
}

/// The peak memory of this process, in megabytes. Linux only.
pub(crate) fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("/proc/self/status");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("VmHWM in /proc/self/status");
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes * 1024.0 / 1e6
}
