//! What a process and its children take: CPU time and memory, as the kernel counts them.

use std::time::Duration;

/// Taken at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// User and system time, of the children too.
    pub(super) cpu: Duration,
    /// Resident memory, of the children too.
    pub(super) rss_kib: u64,
}

impl Usage {
    /// Of this process and those below it.
    pub(super) fn of(process: u32) -> Self {
        let all: Vec<Stat> = processes().filter_map(stat).collect();
        let mut tree = vec![process];
        let mut next = 0;
        while let Some(parent) = tree.get(next).copied() {
            tree.extend(all.iter().filter(|stat| stat.parent == parent).map(|stat| stat.process));
            next += 1;
        }
        let ticks: u64 = all.iter().filter(|stat| tree.contains(&stat.process)).map(|stat| stat.ticks).sum();
        Self { cpu: Duration::from_millis(ticks * 10), rss_kib: tree.into_iter().filter_map(rss_kib).sum() }
    }
}

struct Stat {
    process: u32,
    parent: u32,
    /// Hundredths of a second; those of children that have ended too.
    ticks: u64,
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Fields 4 and 14 to 17 of `/proc/PID/stat`.
fn stat(process: u32) -> Option<Stat> {
    let text = crate::measure::read(&format!("/proc/{process}/stat"))?;
    let after_name: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
    let field = |n: usize| after_name.get(n)?.parse::<u64>().ok();
    let ticks = field(11)? + field(12)? + field(13)? + field(14)?;
    Some(Stat { process, parent: u32::try_from(field(1)?).ok()?, ticks })
}

fn rss_kib(process: u32) -> Option<u64> {
    let status = crate::measure::read(&format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
