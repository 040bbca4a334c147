//! Data flow over a corpus: which output feeds which parameter, and where else arguments come from.
//!
//! Written as `data-flow.json`, and drawn for Graphviz (`data-flow.dot`) and Mermaid (`data-flow.mmd`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Deserializer, Serialize};

use crate::grounding::Provenance;
use crate::json::pointer;
use crate::trajectory::ValueKind;
use crate::verdict::Report;

/// Edges and parameters that are kept; data with endless keys must not fill the memory.
const KEPT_MAX: usize = 50_000;
/// Edges that are drawn, the most frequent first.
const DRAWN_MAX: usize = 200;

/// A place of a tool: in its answers where data comes from, in its arguments where it goes. Items of lists are `*`;
/// so are names that are data: in answers those with a digit, in arguments numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    pub tool: String,
    pub path: String,
}

/// An output that feeds a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    pub from: Port,
    pub to: Port,
}

/// How often an output fed a parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EdgeUse {
    /// How many values took this way.
    pub count: u64,
}

/// A parameter, and where its values come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ParameterUse {
    /// The kinds of its values.
    pub kinds: BTreeMap<ValueKind, u64>,
    /// Where its values come from.
    pub provenance: BTreeMap<Provenance, u64>,
    /// Values by the speaker of their strongest source: `user`, `system`, `assistant`, `observation`, `world`.
    pub speakers: BTreeMap<String, u64>,
}

/// The producer and consumer graph of the tools of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataFlow {
    /// Calls of each tool.
    pub tools: BTreeMap<String, u64>,
    /// From answers to arguments.
    #[serde(serialize_with = "rows", deserialize_with = "from_rows")]
    pub edges: BTreeMap<Edge, EdgeUse>,
    /// The places of all arguments.
    #[serde(serialize_with = "rows", deserialize_with = "from_rows")]
    pub parameters: BTreeMap<Port, ParameterUse>,
    /// Values whose parameter or edge was left out because there were too many different ones.
    pub left_out: u64,
}

/// A map whose keys are no texts, as a list of rows.
#[derive(Serialize, Deserialize)]
struct Row<K, V> {
    #[serde(flatten)]
    key: K,
    #[serde(flatten)]
    value: V,
}

fn rows<K: Serialize, V: Serialize, S: Serializer>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(map.len()))?;
    for (key, value) in map {
        list.serialize_element(&Row { key, value })?;
    }
    list.end()
}

fn from_rows<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    K: Ord + Deserialize<'de>,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let rows: Vec<Row<K, V>> = Vec::deserialize(deserializer)?;
    Ok(rows.into_iter().map(|row| (row.key, row.value)).collect())
}

impl DataFlow {
    /// Adds the arguments of a record, which must have been judged with their provenance.
    pub fn add(&mut self, report: &Report) {
        for call in &report.calls {
            *self.tools.entry(call.tool.clone()).or_default() += 1;
            for argument in &call.provenance {
                let to = Port { tool: call.tool.clone(), path: pointer::starred(&argument.path) };
                if self.parameters.len() >= KEPT_MAX && !self.parameters.contains_key(&to) {
                    self.left_out += 1;
                    continue;
                }
                let parameter = self.parameters.entry(to.clone()).or_default();
                *parameter.kinds.entry(argument.kind).or_default() += 1;
                *parameter.provenance.entry(argument.provenance).or_default() += 1;
                let Some(source) = argument.sources.first() else { continue };
                *parameter.speakers.entry(source.speaker.to_owned()).or_default() += 1;
                if let (Some(tool), Some(path)) = (&source.tool, &source.pattern) {
                    let edge = Edge { from: Port { tool: tool.clone(), path: path.clone() }, to };
                    if self.edges.len() < KEPT_MAX || self.edges.contains_key(&edge) {
                        self.edges.entry(edge).or_default().count += 1;
                    } else {
                        self.left_out += 1;
                    }
                }
            }
        }
    }

    /// The edges, the most frequent first.
    pub fn strongest(&self) -> Vec<(&Edge, u64)> {
        let mut edges: Vec<(&Edge, u64)> = self.edges.iter().map(|(edge, used)| (edge, used.count)).collect();
        edges.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        edges
    }

    /// The graph for Graphviz: a box for each tool, the places at the edges.
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph data_flow {\n  rankdir=LR;\n  node [shape=box, fontname=\"Helvetica\"];\n");
        for (tool, calls) in &self.tools {
            let _ = writeln!(out, "  {} [label={}];", quote(tool), quote(&format!("{tool}\n{calls} calls")));
        }
        for (edge, count) in self.strongest().into_iter().take(DRAWN_MAX) {
            let label = format!("{} -> {} ({count})", shown(&edge.from.path), shown(&edge.to.path));
            let _ =
                writeln!(out, "  {} -> {} [label={}];", quote(&edge.from.tool), quote(&edge.to.tool), quote(&label));
        }
        out.push_str("}\n");
        out
    }

    /// The graph for Mermaid.
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        let number: BTreeMap<&str, usize> =
            self.tools.keys().enumerate().map(|(at, tool)| (tool.as_str(), at)).collect();
        // Quotes end a label, and Mermaid knows entities.
        let label = |text: &str| {
            text.replace('&', "&amp;")
                .replace('"', "&quot;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('\n', " ")
        };
        for (tool, at) in &number {
            let _ = writeln!(out, "  t{at}[\"{}\"]", label(tool));
        }
        for (edge, count) in self.strongest().into_iter().take(DRAWN_MAX) {
            if let (Some(from), Some(to)) = (number.get(edge.from.tool.as_str()), number.get(edge.to.tool.as_str())) {
                let text = format!("{} to {} ({count})", shown(&edge.from.path), shown(&edge.to.path));
                let _ = writeln!(out, "  t{from} -->|\"{}\"| t{to}", label(&text));
            }
        }
        out
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "(whole)" } else { path }
}

fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_and_round_trip() {
        let port = |tool: &str, path: &str| Port { tool: tool.into(), path: path.into() };
        let mut flow = DataFlow::default();
        flow.tools.insert("find \"it\"".into(), 2);
        flow.tools.insert("use".into(), 1);
        flow.edges.insert(Edge { from: port("find \"it\"", "/*/id"), to: port("use", "/id") }, EdgeUse { count: 3 });
        let mut used = ParameterUse::default();
        used.kinds.insert(ValueKind::Identifier, 3);
        flow.parameters.insert(port("use", "/id"), used);
        assert!(flow.to_dot().contains(r#""find \"it\"" -> "use" [label="/*/id -> /id (3)"]"#));
        assert!(
            flow.to_mermaid().contains(r#"t0["find &quot;it&quot;"]"#)
                && flow.to_mermaid().contains("t0 -->|\"/*/id to /id (3)\"| t1")
        );
        let text = serde_json::to_string(&flow).unwrap();
        assert_eq!(serde_json::from_str::<DataFlow>(&text).unwrap(), flow);
        assert_eq!(pointer::starred("/flights/0/a~1b"), "/flights/*/a~1b");
    }
}
