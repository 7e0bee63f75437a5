//! Prints the table as text, or each row as a JSON object.

use std::{fs, process::Command};

use serde_json::json;

use crate::{
    Size,
    options::Options,
    row::{Figures, Mark, Target},
};

/// The data of a printed row.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) peer: Option<&'static str>,
    pub(crate) target: Target,
    pub(crate) mark: Mark,
    pub(crate) explained: Option<&'static str>,
    pub(crate) figures: Figures,
}

/// Prints the machine and the options, on which the figures depend, and the names of the columns.
pub(crate) fn heading(options: &Options, pinned: bool) {
    let pinned = if pinned {
        "client and server on separate cores"
    } else {
        "not pinned to cores"
    };
    let profile = if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    };
    let machine = machine();
    if options.json {
        let heading = json!({
            "machine": machine, "profile": profile, "pinned": pinned, "rounds": options.rounds,
            "short": options.size == Size::Short,
        });
        println!("{heading}");
        return;
    }
    println!("{machine}");
    println!("{profile} profile, {} rounds, {pinned}\n", options.rounds);
    println!(
        "{:56} {:>10} {:>8} {:16} {:22} {:9} peer",
        "", "target", "measured", "[q1 q3]", "ours : peer", "mark"
    );
}

impl Line {
    pub(crate) fn print(&self, as_json: bool) {
        let Figures { value, ours, peer } = self.figures;
        if as_json {
            let (bound, target) = match self.target {
                Target::AtMost(most) => ("at most", Some(most)),
                Target::AtLeast(least) => ("at least", Some(least)),
                Target::Information => ("", None),
            };
            let line = json!({
                "name": self.name, "bound": bound, "target": target, "mark": self.mark.to_string(),
                "median": value.median, "q1": value.first_quartile, "q3": value.third_quartile,
                "unit": self.unit, "ours": ours, "peer": peer, "compared_with": self.peer, "explained": self.explained,
            });
            println!("{line}");
            return;
        }
        let target = match self.target {
            Target::AtMost(most) => format!("<= {}", figure(most)),
            Target::AtLeast(least) => format!(">= {}", figure(least)),
            Target::Information => String::new(),
        };
        let quartiles = format!(
            "[{} {}]",
            figure(value.first_quartile),
            figure(value.third_quartile)
        );
        let compared = match peer {
            Some(peer) => format!("{} : {} {}", figure(ours), figure(peer), self.unit),
            None => self.unit.to_owned(),
        };
        let peer = self.peer.unwrap_or_default();
        let profile = self.explained.filter(|_| self.mark == Mark::Explained);
        let text = format!(
            "{:56} {target:>10} {:>8} {quartiles:16} {compared:22} {:9} {peer} {}",
            self.name,
            figure(value.median),
            self.mark,
            profile.unwrap_or_default(),
        );
        println!("{}", text.trim_end());
    }
}

/// About three significant digits, or all digits of a large integer part.
fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        size if size < 0.1 => 4,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

/// CPU, cores, kernel and compiler.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    // The standard library counts the cores of this process, which is pinned to one.
    let mut models = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cpu = models.next().map_or("unknown CPU", |(_, model)| model);
    let cores = 1 + models.count();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(
        |_| "rustc unknown".into(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    format!("{cpu}, {cores} cores, Linux {}, {rustc}", kernel.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_about_three_digits() {
        assert_eq!(figure(0.066_67), "0.0667");
        assert_eq!(figure(1.0), "1.00");
        assert_eq!(figure(51.83), "51.8");
        assert_eq!(figure(87_158.2), "87158");
        assert_eq!(figure(0.0), "0");
    }
}
