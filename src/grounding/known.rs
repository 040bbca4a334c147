//! Values that the initial state holds, though nothing said them.

use super::index::{Index, Place};
use super::texts::is_weak;
use super::trace::Dialogue;
use super::words::{self, Word};
use super::{Provenance, Trace, arithmetic};
use crate::trajectory::{Parameter, ValueKind};

impl Dialogue<'_> {
    pub(super) fn world(&self) -> Option<&Index<'static>> {
        self.world.get_or_init(|| (self.given.world)()).as_deref()
    }

    /// A value that the state holds, though nothing said it.
    pub(super) fn in_world(&self, text: &str, words: &[Word], kind: ValueKind) -> Option<Trace> {
        if is_weak(text, words) && kind.is_hard() || text.len() < 2 {
            return None;
        }
        let mut found = None;
        let world = self.world()?;
        world.find(words, |place| {
            // The name of a table is no record of it.
            let named = place.name
                && kind.is_hard()
                && !text.bytes().any(|b| b.is_ascii_digit())
                && world.depth(place.node) < 3;
            if place.whole && !named {
                found = Some(place);
            }
            found.is_none()
        });
        found.map(|place| self.world_trace(place))
    }

    /// A small number that is an identifier in the state: `"ticket_id": 1`.
    pub(super) fn id_in_world(&self, value: f64) -> Option<Trace> {
        let world = self.world()?;
        let mut found = None;
        world.find_number(value, |place, _| {
            let name = world.name_of(place.node).unwrap_or("").to_ascii_lowercase();
            if name.ends_with("id") || name.ends_with("number") || name.ends_with("counter") {
                found = Some(place);
            }
            found.is_none()
        });
        found.map(|place| self.world_trace(place))
    }

    pub(super) fn is_in_world(&self, text: &str) -> bool {
        self.in_world(text, &words::words(text), ValueKind::Identifier).is_some()
    }

    pub(super) fn number_in_world(&self, value: f64, parameter: &Parameter, kind: ValueKind) -> Option<Trace> {
        let world = self.world()?;
        let parts = words::parts(&parameter.name);
        let mut found = None;
        world.find_number(value, |place, _| {
            // A sum in a field of another name is another sum.
            let name = world.name_of(place.node).unwrap_or("").to_lowercase();
            let named = parts.iter().any(|part| part.len() >= 3 && name.contains(part.as_str()));
            let money = || !parameter.physical && super::numbers::is_money(&name);
            if kind != ValueKind::Amount || named || money() {
                found = Some(place);
            }
            found.is_none()
        });
        if let Some(place) = found {
            return Some(self.world_trace(place));
        }
        let mut numbers: Vec<f64> = self.recent(12, |_, _| true).collect();
        if kind != ValueKind::Amount {
            numbers.extend(world.latest_numbers(64).map(|number| number.value));
            numbers.push(100.0);
            return arithmetic::any_of(&numbers, value).map(|how| Trace::new(Provenance::Derived, how, Vec::new()));
        }
        None
    }

    pub(super) fn world_trace(&self, place: Place) -> Trace {
        let pointer = self.world_pointer(place, false);
        Trace::new(Provenance::Literal, format!("the initial state has it at {pointer}"), vec![place])
    }
}
