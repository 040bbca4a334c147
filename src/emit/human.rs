//! Reports for people: where, what, the message, the call, expected and recorded side by side.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{DataFlow, Summary};
use crate::diagnostic::{Diagnostic, Severity, plain};
use crate::ingest::Readable;
use crate::json::Json;
use crate::verdict::{Judged, Report, Verdict};

/// Findings of one record that are shown.
const SHOWN_PER_RECORD: usize = 5;
const EXCERPT_CHARS: usize = 240;

/// Prints records that are not verified, up to a number, and counts the rest.
pub struct Human<W> {
    out: W,
    shown_max: u64,
    shown: u64,
    hidden: u64,
}

impl<W: Write> Human<W> {
    pub fn new(out: W, shown_max: u64) -> Human<W> {
        Human { out, shown_max, shown: 0, hidden: 0 }
    }

    /// # Errors
    /// When the output does not take it.
    pub fn record(&mut self, judged: &Judged) -> io::Result<()> {
        if judged.report.verdict == Verdict::Verified {
            return Ok(());
        }
        if self.shown >= self.shown_max {
            self.hidden += 1;
            return Ok(());
        }
        self.shown += 1;
        self.out.write_all(render_record(judged).as_bytes())
    }

    /// # Errors
    /// When the output does not take it.
    pub fn finish(&mut self, summary: &Summary, flow: Option<&DataFlow>, folder: Option<&str>) -> io::Result<()> {
        if self.hidden > 0 {
            let rest = match folder {
                Some(folder) => format!("all of them are in {folder}"),
                None => "show more with --show N, or write all of them with -o DIR".into(),
            };
            writeln!(self.out, "... and {} more that are not verified: {rest}\n", self.hidden)?;
        }
        if let Some(flow) = flow {
            self.out.write_all(render_flow(flow).as_bytes())?;
        }
        self.out.write_all(render_summary(summary).as_bytes())?;
        self.out.flush()
    }
}

fn paint(color: AnsiColor, text: &str) -> String {
    let style = Style::new().fg_color(Some(color.into())).bold();
    format!("{style}{text}{style:#}")
}

fn dim(text: &str) -> String {
    let style = Style::new().dimmed();
    format!("{style}{text}{style:#}")
}

/// A record that is not verified, with its findings.
pub fn render_record(judged: &Judged) -> String {
    let report = &judged.report;
    let color = match report.verdict {
        Verdict::Verified => AnsiColor::Green,
        Verdict::Rejected => AnsiColor::Red,
        Verdict::Undetermined => AnsiColor::Yellow,
    };
    let mut out = String::new();
    let origin = format!("{}:{}", report.origin.file, report.origin.line);
    let place = if report.id == origin { String::new() } else { format!("  {origin}") };
    let _ = writeln!(out, "{} {}{}", paint(color, report.verdict.name()), plain(&report.id), dim(&plain(&place)));
    let weighty = |d: &&Diagnostic| matches!(d.severity, Severity::Error | Severity::Fault);
    let mut findings: Vec<&Diagnostic> = report.diagnostics.iter().filter(weighty).collect();
    // Those that the verdict rests on come first.
    findings.sort_by_key(|diagnostic| !report.asks_for(diagnostic.level));
    if findings.is_empty() {
        findings = report.diagnostics.iter().filter(|d| d.severity == Severity::Warning).collect();
    }
    for diagnostic in findings.iter().take(SHOWN_PER_RECORD) {
        render_diagnostic(&mut out, diagnostic, judged.readable.as_ref(), report);
    }
    if findings.len() > SHOWN_PER_RECORD {
        let _ = writeln!(out, "  ... and {} more findings", findings.len() - SHOWN_PER_RECORD);
    }
    if findings.is_empty() {
        let why = match (&report.strength, report.calls.is_empty()) {
            (_, true) => "the record has no call",
            (Some(strength), _) if strength.predicted == 0 => {
                "nothing in its answers was known before it was read, so nothing could be contradicted"
            }
            _ => "nothing could be checked",
        };
        let _ = writeln!(out, "  {why}");
    }
    out.push('\n');
    out
}

fn render_diagnostic(out: &mut String, diagnostic: &Diagnostic, readable: Option<&Readable>, report: &Report) {
    let (word, color) = match diagnostic.severity {
        Severity::Error => ("error", AnsiColor::Red),
        Severity::Fault => ("fault", AnsiColor::Magenta),
        Severity::Warning => ("warning", AnsiColor::Yellow),
        Severity::Note => ("note", AnsiColor::Blue),
    };
    let _ = writeln!(out, "  {}[{}]: {}", paint(color, word), diagnostic.code.name(), plain(&diagnostic.message));
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "    {} {text}", dim(&format!("{label:>9}")), text = plain(text));
    };
    let message = readable.and_then(|readable| {
        let trajectory = &readable.trajectory;
        let mut at = (0..trajectory.messages.len()).filter(|at| {
            let place = trajectory.at_message(*at);
            diagnostic.at == place || diagnostic.at.strip_prefix(&place).is_some_and(|rest| rest.starts_with('/'))
        });
        // Of several that share a place, the answer that differs is told by the call report.
        at.next().map(|at| &trajectory.messages[at])
    });
    let mut place = diagnostic.at.clone();
    if let Some(at) = message.and_then(|message| message.line) {
        let _ = write!(place, " (line {at} of {})", report.origin.file);
    }
    if !place.is_empty() {
        line("at", &place);
    }
    let call = report.calls.iter().find(|call| {
        call.answered_at.as_deref() == Some(diagnostic.at.as_str())
            || diagnostic.at == call.at
            || diagnostic.at.strip_prefix(&call.at).is_some_and(|rest| rest.starts_with('/'))
    });
    if let (Some(call), Some(readable)) = (call, readable) {
        let said = &readable.trajectory.messages[call.exchange.message];
        if !said.content.trim().is_empty() {
            line("message", &shorten(&format!("{}: {}", said.role.name(), said.content)));
        }
        let recorded = &said.calls[call.exchange.call];
        line("call", &shorten(&format!("{}({})", recorded.name, recorded.arguments.text)));
    } else if let Some(message) = message
        && !message.content.trim().is_empty()
    {
        line("message", &shorten(&format!("{}: {}", message.role.name(), message.content)));
    }
    let evidence = &diagnostic.evidence;
    if evidence.differences.iter().any(|difference| !difference.path.is_empty()) {
        let side = |value: &Option<Json>| value.as_ref().map_or("(nothing)".to_owned(), Json::excerpt);
        let rows: Vec<(String, String, String)> =
            evidence.differences.iter().map(|d| (d.path.clone(), side(&d.expected), side(&d.recorded))).collect();
        let width = |pick: fn(&(String, String, String)) -> &String, least: usize| {
            rows.iter().map(|row| pick(row).chars().count()).max().unwrap_or(0).clamp(least, 60)
        };
        let (first, second) = (width(|row| &row.0, 5), width(|row| &row.1, 8));
        line("differs", &format!("{:first$}  {:second$}  {}", "where", "expected", "recorded"));
        for (path, expected, recorded) in &rows {
            line("", &format!("{path:first$}  {expected:second$}  {recorded}"));
        }
    } else {
        for (label, value) in [("expected", &evidence.expected), ("recorded", &evidence.recorded)] {
            if let Some(value) = value {
                line(label, &shorten(&value.to_string()));
            }
        }
    }
    if let Some(path) = &evidence.schema_path {
        line("schema", path);
    }
    for related in &diagnostic.related {
        line("see", &format!("{} ({})", related.at, related.message));
    }
    if let Some(help) = &diagnostic.help {
        line("help", help);
    }
}

/// A text on one line, of bounded length.
fn shorten(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= EXCERPT_CHARS {
        return flat;
    }
    let head: String = flat.chars().take(EXCERPT_CHARS).collect();
    format!("{head}...")
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The strongest edges of the data flow.
pub fn render_flow(flow: &DataFlow) -> String {
    const SHOWN_MAX: usize = 15;
    let edges = flow.strongest();
    let mut out = String::new();
    if !edges.is_empty() {
        let _ = writeln!(out, "which output feeds which parameter, most frequent first:");
    }
    for (edge, count) in edges.iter().take(SHOWN_MAX) {
        let (from, to) = (&edge.from, &edge.to);
        let edge = format!("{} {} -> {} {}", from.tool, from.path, to.tool, to.path);
        let _ = writeln!(out, "  {count:>8}  {}", plain(&edge));
    }
    if edges.len() > SHOWN_MAX {
        let _ = writeln!(
            out,
            "  ... and {} more: data-flow.json in the folder of -o has all of them",
            edges.len() - SHOWN_MAX
        );
    }
    out
}

/// The counts of a run.
pub fn render_summary(summary: &Summary) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}: {}, {}, {}",
        count(summary.trajectories, "trajectory", "trajectories"),
        paint(AnsiColor::Green, &format!("{} verified", summary.verified)),
        paint(AnsiColor::Red, &format!("{} rejected", summary.rejected)),
        paint(AnsiColor::Yellow, &format!("{} undetermined", summary.undetermined)),
    );
    if summary.calls_executed > 0 {
        let _ = writeln!(
            out,
            "{}: {} executed, {} agree with the record; {} compared, {} agree",
            count(summary.calls, "call", "calls"),
            summary.calls_executed,
            summary.calls_matched,
            count(summary.states_checked, "final state", "final states"),
            summary.states_matched
        );
    } else {
        let _ = writeln!(out, "{}", count(summary.calls, "call", "calls"));
    }
    let leaves: u64 = summary.arguments.values().sum();
    if leaves > 0 {
        let parts = summary.arguments.iter().map(|(provenance, count)| format!("{count} {}", provenance.name()));
        let parts = parts.collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "{}: {parts}", count(leaves, "argument value", "argument values"));
    }
    if let Some(strength) = &summary.strength {
        let all = strength.predicted + strength.bound + strength.unexplained;
        let share = |part: u64| format!("{:.0} %", 100.0 * part as f64 / all.max(1) as f64);
        let _ = writeln!(
            out,
            "{}: {} predicted, {} first seen, {} changed without a rule",
            count(all, "value in the answers", "values in the answers"),
            share(strength.predicted),
            share(strength.bound),
            share(strength.unexplained)
        );
    }
    for (code, count) in &summary.codes {
        let _ = writeln!(out, "  {count:>8}  {code}");
    }
    if summary.seconds > 0.0 {
        let _ = writeln!(
            out,
            "{:.2} s, {:.0} trajectories/s",
            summary.seconds,
            summary.trajectories as f64 / summary.seconds
        );
    }
    out
}
