//! What the system says of this process. Of memory only Linux tells, by `/proc`; elsewhere the figure is zero.

use std::fs;

use bedload_reports::units::Nanos;
use rustix::time::{ClockId, clock_gettime};

/// Cores that the process may use.
pub fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// Processor time used so far, user and system.
pub fn cpu() -> Nanos {
    used(ClockId::ProcessCPUTime)
}

/// Processor time that this thread has used so far. `/proc` would say the same to a tick of some milliseconds only.
pub fn cpu_of_thread() -> Nanos {
    used(ClockId::ThreadCPUTime)
}

fn used(clock: ClockId) -> Nanos {
    let time = clock_gettime(clock);
    let part = |count: i64| u64::try_from(count).unwrap_or(0);
    Nanos::from_secs(part(time.tv_sec)).plus(Nanos::new(part(time.tv_nsec)))
}

/// Memory that the process occupies, in bytes (`proc_pid_status(5)`, VmRSS).
pub fn rss_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = rss.and_then(|rss| rss.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_has_memory_and_cores() {
        assert!(rss_bytes() > 1_000_000);
        assert!(cores() >= 1);
    }
}
