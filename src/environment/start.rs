//! The worlds in which episodes start, made out of the state that is given: as it is, or by a function of the mock.

use std::fmt;
use std::sync::Arc;

use super::Environment;
use crate::json::Json;
use crate::mock::{Fault, Outcome, Turn, with_roomy_stack};
use crate::world::{Clock, World};

/// Why a state became no world.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmade {
    /// It is no state of this environment.
    State(String),
    /// The function that makes worlds is wrong.
    Fault { function: String, fault: Fault },
}

impl fmt::Display for Unmade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unmade::State(message) => f.write_str(message),
            Unmade::Fault { function, fault } => write!(f, "`{function}` could not be run: {fault}"),
        }
    }
}

impl std::error::Error for Unmade {}

impl Environment {
    /// The world in which an episode starts that is given this state, as JSON text.
    ///
    /// # Errors
    /// When the text is no JSON, or no world comes out of it.
    pub fn start(&self, given: Option<&str>) -> Result<World, Unmade> {
        let state: Json = match given {
            Some(text) => serde_json::from_str(text)
                .map_err(|e| Unmade::State(format!("the initial state cannot be read: {e}")))?,
            None => Json::Null,
        };
        let clock = self.manifest.clock.as_deref().and_then(Clock::parse).unwrap_or_default();
        let Some(function) = &self.manifest.setup else {
            return World::from_json(&state, clock, self.manifest.seed).map_err(Unmade::State);
        };
        let nothing = Json::map(Vec::new());
        let world = World::from_json(&nothing, clock, self.manifest.seed).map_err(Unmade::State)?;
        let mut turn = Turn { world, given: given.map(Arc::from), ..Turn::default() };
        match with_roomy_stack(|| self.mock.run(function, &state, &mut turn)) {
            Outcome::Answer(_) => Ok(turn.world),
            Outcome::Refusal(answer) => {
                Err(Unmade::State(format!("`{function}` refuses the initial state: {}", answer.excerpt())))
            }
            Outcome::Fault(fault) => Err(Unmade::Fault { function: function.clone(), fault }),
        }
    }

    /// The member of a record's states that is this environment's part; `None` where it is the whole.
    pub(crate) fn part_name(&self, alone: bool) -> Option<&str> {
        match &self.manifest.state_name {
            None if alone => None,
            name => Some(name.as_deref().unwrap_or(&self.manifest.name)),
        }
    }
}
