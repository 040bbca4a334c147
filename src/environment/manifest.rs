//! `env.toml`, as written and as checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::json::pointer::Pattern;
use crate::mock::Limits;

/// `env.toml` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub name: String,
    pub summary: String,
    #[serde(default = "default_mock")]
    pub mock: String,
    #[serde(default)]
    pub include: Vec<String>,
    pub state: Option<String>,
    pub clock: Option<String>,
    #[serde(default)]
    pub clock_step_seconds: i64,
    #[serde(default)]
    pub seed: u64,
    pub unknown_tool: Option<String>,
    /// Whether the final states that records bring are in terms of this environment's tables.
    #[serde(default = "default_true")]
    pub final_state: bool,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub tools: BTreeMap<String, ToolSettings>,
}

fn default_true() -> bool {
    true
}

fn default_mock() -> String {
    "tools.rhai".into()
}

/// A rule of the domain, for people and for diagnostics.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub text: String,
}

/// The settings of one tool, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolSettings {
    pub function: Option<String>,
    pub prose: Vec<String>,
    pub ignore: Vec<String>,
    pub unordered: Vec<String>,
    pub tolerance: BTreeMap<String, f64>,
    pub minted: Vec<String>,
}

/// How far an answer of a tool may differ from the recorded one, checked.
#[derive(Clone, Debug, Default)]
pub struct Relaxation {
    /// Texts for people: their words are not compared.
    pub prose: Vec<Pattern>,
    /// Not compared; may be absent.
    pub ignore: Vec<Pattern>,
    /// Lists compared as multisets.
    pub unordered: Vec<Pattern>,
    /// Numbers compared within an absolute tolerance.
    pub tolerance: Vec<(Pattern, f64)>,
    /// Ids that the call mints.
    pub minted: Vec<Pattern>,
}

impl ToolSettings {
    /// The relaxation these settings declare; errors name the pointer that is none.
    pub fn relaxation(&self) -> Result<Relaxation, String> {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::parse(text)).collect::<Result<Vec<_>, _>>();
        let tolerance = self.tolerance.iter().map(|(text, by)| match *by >= 0.0 {
            true => Ok((Pattern::parse(text)?, *by)),
            false => Err(format!("the tolerance of `{text}` is {by}, it must not be negative")),
        });
        Ok(Relaxation {
            prose: patterns(&self.prose)?,
            ignore: patterns(&self.ignore)?,
            unordered: patterns(&self.unordered)?,
            tolerance: tolerance.collect::<Result<_, String>>()?,
            minted: patterns(&self.minted)?,
        })
    }
}

impl Relaxation {
    /// Whether nothing is relaxed in comparison.
    pub fn is_exact(&self) -> bool {
        self.prose.is_empty() && self.ignore.is_empty() && self.unordered.is_empty() && self.tolerance.is_empty()
    }
}
