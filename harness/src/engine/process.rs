//! What the system says of this process. Linux tells by `/proc`; elsewhere it says nothing, and the figures are zero.

use std::fs;

use bedload_reports::units::Nanos;

/// Cores that the process may use.
pub fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// Processor time used so far, to 10 ms (`proc_pid_stat(5)`, utime and stime).
pub fn cpu() -> Nanos {
    // Fields 14 and 15, in ticks of 1/100 s, counted after the command's closing bracket.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Nanos::new(ticks.saturating_mul(10_000_000))
}

/// Processor time that this thread has used so far: the first figure of `schedstat` (`sched-stats.rst` of the kernel).
pub fn cpu_of_thread() -> Nanos {
    let figures = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Nanos::new(figures.split(' ').next().and_then(|figure| figure.parse().ok()).unwrap_or(0))
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
