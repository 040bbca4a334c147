//! Candidates for the source of a value, and which of them wins.

use super::index::{Place, Speaker};

/// The nearest place for each sort of speaker.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    observation: Option<Place>,
    user: Option<Place>,
    system: Option<Place>,
    world: Option<Place>,
    assistant: Option<Place>,
    /// Observations that were visited.
    seen: usize,
}

impl Candidates {
    /// Takes a place, newest first. `false` when no better one can come.
    pub fn take(&mut self, place: Place) -> bool {
        let slot = match place.speaker {
            Speaker::Observation => {
                self.seen += 1;
                // All of a leaf is better than a part of a text, within reach.
                if let Some(held) = &mut self.observation {
                    if place.whole && !place.name && (!held.whole || held.name) && self.seen < 16 {
                        *held = place;
                    }
                    return self.user.is_none() && self.seen < 16;
                }
                &mut self.observation
            }
            Speaker::User => &mut self.user,
            Speaker::System => &mut self.system,
            Speaker::World => &mut self.world,
            Speaker::Assistant => &mut self.assistant,
        };
        if slot.is_none() {
            *slot = Some(place);
        }
        self.observation.is_none() || self.user.is_none()
    }

    /// What was said by others than the assistant, the nearest observation first.
    pub fn places(&self) -> Vec<Place> {
        [self.observation, self.user, self.system, self.world].into_iter().flatten().collect()
    }

    /// Where the assistant said it, if anywhere.
    pub fn assistant(&self) -> Option<Place> {
        self.assistant
    }
}
