//! What processes have used, as the kernel counts it.

use std::fs;

/// A process and its children: OpenBGPD is three.
#[derive(Debug)]
pub struct Processes(Vec<u32>);

impl Processes {
    /// The process of that number, and those that it has started.
    pub fn of(pid: u32) -> Self {
        let mut all = vec![pid];
        let mut next = 0;
        while let Some(pid) = all.get(next).copied() {
            for task in tasks(pid) {
                let children = fs::read_to_string(format!("{task}/children")).unwrap_or_default();
                all.extend(
                    children
                        .split_whitespace()
                        .filter_map(|it| it.parse::<u32>().ok()),
                );
            }
            next += 1;
        }
        Self(all)
    }

    /// Seconds of CPU of all threads that run now: nanoseconds as the scheduler counts them.
    pub fn cpu(&self) -> f64 {
        let tasks = self.0.iter().flat_map(|pid| tasks(*pid));
        let nanoseconds = tasks.filter_map(|task| {
            let text = fs::read_to_string(format!("{task}/schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        nanoseconds.sum::<u64>() as f64 / 1e9
    }

    /// The most memory that each had, added up, in kB.
    pub fn peak(&self) -> u64 {
        let peaks = self.0.iter().filter_map(|pid| {
            let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        });
        peaks.sum()
    }
}

fn tasks(pid: u32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path().to_str()?.to_owned()))
        .collect()
}
