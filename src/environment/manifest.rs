//! `env.toml`, as written and as checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

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
    /// The member of a record's initial and final state that is this environment's part. Without it the whole is, where it runs
    /// alone, and otherwise the member of its name.
    pub state_name: Option<String>,
    /// The function that makes the initial world out of the state that is given.
    pub setup: Option<String>,
    #[serde(default)]
    pub final_state: FinalState,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub tools: BTreeMap<String, ToolSettings>,
}

fn default_mock() -> String {
    "tools.rhai".into()
}

/// What the final states that records bring are compared with. Written as `true`, `false`, or a function's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FinalState {
    /// The tables and values of the world.
    #[default]
    Tables,
    /// Nothing: they are in other terms.
    Unrelated,
    /// What this function of the mock answers.
    Shown(String),
}

impl<'de> Deserialize<'de> for FinalState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FinalState, D::Error> {
        struct FinalStateVisitor;
        impl Visitor<'_> for FinalStateVisitor {
            type Value = FinalState;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or the name of a function")
            }
            fn visit_bool<E: Error>(self, tables: bool) -> Result<FinalState, E> {
                Ok(if tables { FinalState::Tables } else { FinalState::Unrelated })
            }
            fn visit_str<E: Error>(self, function: &str) -> Result<FinalState, E> {
                Ok(FinalState::Shown(function.to_owned()))
            }
        }
        deserializer.deserialize_any(FinalStateVisitor)
    }
}

/// `env.toml` of a folder that consists of other environments.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    #[serde(rename = "name")]
    pub _name: String,
    #[serde(rename = "summary")]
    pub _summary: String,
    pub environments: Vec<String>,
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
