//! The tools that a corpus offers, whether they are called or not.

use serde_json::{Value, json};

use crate::trajectory::{Tool, ToolSet, Trajectory};

/// A tool on offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    pub name: String,
    pub description: Option<String>,
    /// JSON Schema of the arguments.
    pub parameters: Value,
    /// JSON Schema of the answer, where the definition has one.
    pub returns: Option<Value>,
}

impl Offered {
    fn of(tool: &Tool) -> Offered {
        Offered {
            name: tool.name.clone(),
            description: tool.description.clone(),
            parameters: tool.input_schema.clone(),
            returns: tool.output_schema.clone(),
        }
    }

    /// The definition in the shape of OpenAI's.
    pub fn definition(&self) -> Value {
        let mut function = json!({"name": self.name});
        if let Some(description) = &self.description {
            function["description"] = description.clone().into();
        }
        function["parameters"] = self.parameters.clone();
        json!({"type": "function", "function": function})
    }
}

/// Adds the tools that a trajectory offers; of those with one name the first stays.
pub fn offered(trajectory: Option<&Trajectory>, fallback: Option<&ToolSet>, known: &mut Vec<Offered>) {
    let sets = match trajectory {
        Some(trajectory) => [trajectory.offered(false, fallback), trajectory.offered(true, None)],
        None => [fallback, None],
    };
    for tool in sets.into_iter().flatten().flat_map(|set| &set.tools) {
        if !known.iter().any(|known| known.name == tool.name) {
            known.push(Offered::of(tool));
        }
    }
}
