//! What the system says of the whole machine's processors. Only Linux tells, by `/proc/stat`.

use std::fs;

use bedload_reports::machine::MachineTime;
use bedload_reports::units::Nanos;
use rustix::param::clock_ticks_per_second;

/// Processor time since the machine started; none where the system does not tell.
pub(super) fn now() -> Option<MachineTime> {
    of(&fs::read_to_string("/proc/stat").ok()?, clock_ticks_per_second())
}

/// Reads the line of all cores (`proc_stat(5)`). What follows the eight, the time of guests, is in user and nice already.
fn of(stat: &str, ticks_per_second: u64) -> Option<MachineTime> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = line.split_whitespace().take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [user, nice, system, idle, iowait, irq, softirq, stolen] = ticks.try_into().ok()?;
    let tick = 1_000_000_000_u64.checked_div(ticks_per_second)?;
    let time = |ticks: u64| Nanos::new(ticks.saturating_mul(tick));
    let busy = user + nice + system + irq + softirq;
    Some(MachineTime { busy: time(busy), stolen: time(stolen), whole: time(busy + stolen + idle + iowait) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_all_cores_is_read() {
        let stat = "cpu  100 20 30 4000 5 1 2 7 90 0\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n";
        let time = |ticks: u64| Nanos::from_micros(ticks * 10_000);
        let expected = MachineTime { busy: time(153), stolen: time(7), whole: time(4165) };
        assert_eq!(of(stat, 100), Some(expected));
    }

    #[test]
    fn what_is_no_such_line_tells_nothing() {
        for stat in ["", "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3 4\n", "cpu  1 2 3 4 5 6 7 x\n"] {
            assert_eq!(of(stat, 100), None, "{stat:?}");
        }
        assert_eq!(of("cpu  1 2 3 4 5 6 7 8\n", 0), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_has_done_something() {
        assert!(now().is_some_and(|time| time.busy > Nanos::ZERO && time.whole > time.busy));
    }
}
