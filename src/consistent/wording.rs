//! Contradictions in words.

use super::*;

/// Sightings of a key that has not the name of an identifier, and trajectories with one.
const NAMES_HELD: u32 = 100;
const NAMES_RUNS: u32 = 50;

impl Check<'_> {
    /// The name of a field, with the path below it.
    fn field(&self, reading: &Reading<'_>, path: &str) -> String {
        match (reading.is_whole(), path) {
            (true, "") => "the answer".into(),
            (true, path) => format!("`{}`", path.trim_start_matches('/')),
            (false, path) => format!("`{}{path}`", self.model.tables.word(reading.field)),
        }
    }

    /// How a record is called: by the value of its key.
    fn subject(&self, reading: &Reading<'_>, step: &Step) -> String {
        if reading.is_whole() {
            return format!("`{}` asked the same", step.name);
        }
        let mut shown = None;
        shape::records(step.tool, &step.answer.value, &mut |record| {
            if shown.is_none()
                && let Some((place, key)) = (match record.place == reading.node {
                    true => self.model.tables.key(record, step),
                    false => self.model.tables.partial_key(record, step),
                })
                && key == reading.key
                && place.table == reading.table
            {
                let values = place.key.iter().filter_map(|part| match part {
                    crate::mine::KeyPart::Member(name) => record.map.get(name).map(|value| (&**name, value.clone())),
                    crate::mine::KeyPart::Argument(name) => {
                        step.arguments.get(name).map(|value| (&**name, value.clone()))
                    }
                    crate::mine::KeyPart::Key => record.key.map(|key| ("key", Json::text(key))),
                });
                let values: Vec<String> = values.map(|(name, value)| format!("{name} {}", value.excerpt())).collect();
                shown = Some(values.join(", "));
            }
        });
        shown.unwrap_or_default()
    }

    /// The calls in between that may write, in words.
    fn between(&self, between: &[usize], reading: &Reading<'_>, change: &Change, at: usize) -> String {
        let mut told: Vec<String> = Vec::new();
        for k in between.iter().take(4) {
            let step = &self.steps[*k];
            let other = usize::from(!names(step, reading, &self.steps[at]));
            let top = self.model.touch(step.tool, reading.class).kept[other];
            let (times, what) = match top >= self.bar.kept {
                true => (top, "it"),
                false => (self.model.touch(step.tool, reading.table).kept[other], "such records"),
            };
            let _ = change;
            let name = &step.name;
            let text = format!("`{name}` left {what} alone each of the {times} times it came in between elsewhere");
            if !told.contains(&text) {
                told.push(text);
            }
        }
        told.join("; ")
    }

    pub(super) fn changed(
        &mut self,
        at: usize,
        reading: &Reading<'_>,
        prior: &Fact,
        change: &Change,
        between: &[usize],
        sure: bool,
    ) {
        let (step, earlier) = (&self.steps[at], &self.steps[prior.step]);
        let quiet = between.is_empty();
        let code = match (change.kind, reading.is_whole(), quiet) {
            (ChangeKind::Outcome, _, _) => Code::OutcomeChanged,
            (_, true, true) => Code::AnswerChanged,
            (_, false, true) => Code::ReadChanged,
            (_, _, false) => Code::EffectWithoutWrite,
        };
        let (now, then) = (self.steps[at].answered_at, earlier.answered_at);
        let side = |value: &Option<Json>| value.as_ref().map_or("nothing".into(), Json::excerpt);
        let subject = self.subject(reading, step);
        let field = self.field(reading, &change.path);
        let (whole, part) = (reading.is_whole(), reading.is_whole() && change.path.is_empty());
        let with = if part { String::new() } else { format!("{field} ") };
        let mut text = match change.kind {
            ChangeKind::Outcome => format!(
                "message {now} answers `{}` with {}; message {then} answered the same call with {}",
                step.name,
                side(&change.after),
                side(&change.before)
            ),
            ChangeKind::Appeared if whole => format!(
                "message {now} answers `{}` with {with}{}; message {then} answered the same call without it",
                step.name,
                side(&change.after)
            ),
            ChangeKind::Vanished if whole => format!(
                "message {now} answers `{}` without {field}; message {then} answered the same call with {}",
                step.name,
                side(&change.before)
            ),
            ChangeKind::Value if whole => format!(
                "message {now} answers `{}` with {with}{}; message {then} answered the same call with {}",
                step.name,
                side(&change.after),
                side(&change.before)
            ),
            ChangeKind::Appeared => format!(
                "message {now} has {field} of {subject}: {}; message {then} did not have it",
                side(&change.after)
            ),
            ChangeKind::Vanished => {
                format!("message {now} lacks {field} of {subject}; message {then} had it: {}", side(&change.before))
            }
            ChangeKind::Value => format!(
                "message {now} reads {field} of {subject} as {}; message {then} read {}",
                side(&change.after),
                side(&change.before)
            ),
        };
        text.push_str(match quiet {
            true => ", and nothing in between writes",
            false => ", and no call in between writes it: ",
        });
        if !quiet {
            text.push_str(&self.between(between, reading, change, at));
        }
        let mut diagnostic =
            Diagnostic::new(code, self.at_answer(at), text).related(self.at_answer(prior.step), "the earlier reading");
        for k in between.iter().filter(|k| **k != at).take(4) {
            diagnostic = diagnostic.related(self.at_call(*k), "came in between");
        }
        let certain =
            (reading.is_whole() || self.is_certain(at, reading, prior)) && self.is_left_alone(reading, at, between);
        if !certain || !(sure || self.strict) {
            diagnostic.severity = Severity::Warning;
        }
        diagnostic.evidence =
            Evidence { expected: change.before.clone(), recorded: change.after.clone(), ..Evidence::default() };
        let place = match crate::json::pointer::resolve(reading.value, &change.path) {
            Some(value) if change.after.is_some() => (std::ptr::from_ref(value).addr(), 0),
            // What is gone is known by what it was in.
            _ => {
                let (above, name) = change.path.rsplit_once('/').unwrap_or(("", &change.path));
                let above = crate::json::pointer::resolve(reading.value, above).unwrap_or(reading.value);
                (std::ptr::from_ref(above).addr(), hash_text(name))
            }
        };
        self.pending.push(Told { kind: kind::CHANGE, place, whole, diagnostic });
    }

    /// Whether two places are known to show the same field.
    fn is_certain(&self, at: usize, reading: &Reading<'_>, prior: &Fact) -> bool {
        let tables = &self.model.tables;
        let places = (prior.node.min(reading.node), prior.node.max(reading.node), reading.field);
        let support = tables.support.get(&places).copied().unwrap_or_default();
        // What part of a key decides was decided by all places together.
        let partial = tables.partial.get(&reading.place).is_some_and(|place| place.node == reading.node);
        let taught = self.is_enough(u32::try_from(tables.trajectories).unwrap_or(u32::MAX));
        let rank = tables.places.get(&reading.place).map_or(9, |place| place.rank);
        if support.total() > 0 {
            // Records that agree in all of many fields are one, if only seen once or twice.
            let whole = tables.agreement.get(&(places.0, places.1)).copied().unwrap_or_default();
            let alike = rank == 0 && whole.broken == 0 && whole.held >= 2 * self.bar.held;
            let apart = !self.steps[at].shares_more(&self.steps[prior.step], |hash| reading.key.contains(&hash));
            let known = |field: u64| {
                let runs = tables.runs.get(&(places.0, places.1, field)).copied().unwrap_or_default();
                if apart { runs.apart.count } else { runs.any.count }
            };
            // Two people may have one name.
            if rank > 1
                && !partial
                && apart
                && !self.strict
                && (support.held < NAMES_HELD || known(reading.field) < NAMES_RUNS)
            {
                return false;
            }
            let telling = taught && tables.places.get(&reading.place).is_some_and(Place::is_telling);
            let certain = alike && (telling || self.is_enough(known(0)))
                || partial && taught
                || places.0 == places.1 && self.strict;
            let often = support.held >= self.bar.held;
            return support.mostly_holds() && (certain || often && self.is_enough(known(reading.field)));
        }
        partial && taught || places.0 == places.1 && rank == 0
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is said")]
    pub(super) fn unlike_effect(
        &mut self,
        at: usize,
        reading: &Reading<'_>,
        writer: usize,
        rule: &Rule,
        expected: &Json,
        leaf: Leaf<'_>,
        old: Option<&Json>,
        severity: Severity,
    ) {
        let unchanged = old.is_some_and(|old| old == leaf.value);
        let code = if unchanged { Code::WriteWithoutEffect } else { Code::EffectMismatch };
        let (step, call) = (&self.steps[at], &self.steps[writer]);
        let field = format!("`{}`", self.model.tables.word(leaf.name));
        let why = self.why(rule);
        let whole = reading.is_whole();
        let said = match whole {
            true => format!("answers `{}` with {field} {}", step.name, leaf.value.excerpt()),
            false => format!("reads {field} of {} as {}", self.subject(reading, step), leaf.value.excerpt()),
        };
        let text = format!(
            "message {} {said}{}; `{}` at message {} makes it {} ({why})",
            step.answered_at,
            if unchanged { ", as before" } else { "" },
            call.name,
            call.answered_at,
            expected.excerpt(),
        );
        let mut diagnostic =
            Diagnostic::new(code, self.at_answer(at), text).related(self.at_call(writer), "the call that writes it");
        diagnostic.severity = severity;
        diagnostic.evidence =
            Evidence { expected: Some(expected.clone()), recorded: Some(leaf.value.clone()), ..Evidence::default() };
        let place = (std::ptr::from_ref(leaf.value).addr(), 0);
        self.pending.push(Told { kind: kind::EFFECT, place, whole, diagnostic });
    }

    /// Where something stands in an answer; nothing where it is the answer.
    pub(super) fn place_in_words(&self, place: u64) -> String {
        let path = self.model.tables.word(place);
        if path.starts_with('/') { format!(" at {path}") } else { String::new() }
    }

    fn why(&self, rule: &Rule) -> String {
        let source = match &rule.expr {
            Expr::Constant(value) => format!("always {}", value.excerpt()),
            Expr::Argument { path, .. } => format!("its argument {path}"),
            Expr::Within { path, .. } => format!("it contains its argument {path}"),
            Expr::Answer { id } => format!("what it answered{}", self.place_in_words(*id)),
            Expr::Plus { path, .. } => format!("the value before plus its argument {path}"),
            Expr::Minus { path, .. } => format!("the value before less its argument {path}"),
        };
        format!("{source}, in {} of {} cases", rule.support.held, rule.support.total())
    }

    pub(super) fn unlike_argument(&mut self, at: usize, rule: &Rule, expected: &Json, leaf: Leaf<'_>) {
        let step = &self.steps[at];
        let within = matches!(rule.expr, Expr::Within { .. });
        let said = format!(
            "message {} answers `{}` with {}{}",
            step.answered_at,
            step.name,
            leaf.value.excerpt(),
            self.place_in_words(leaf.id)
        );
        let text = match &rule.expr {
            Expr::Within { path, .. } => format!(
                "{said}, which does not contain its argument {path} ({}), as {} of {} did",
                expected.excerpt(),
                rule.support.held,
                rule.support.total()
            ),
            _ => format!("{said}, but the call gave {} ({})", expected.excerpt(), self.why(rule)),
        };
        let mut diagnostic = Diagnostic::new(Code::AnswerIgnoresArguments, self.at_answer(at), text)
            .related(self.at_call(at), "the call");
        if !self.is_sure(step, rule, expected) {
            diagnostic.severity = Severity::Warning;
        }
        let wanted = (!within).then(|| expected.clone());
        diagnostic.evidence = Evidence { expected: wanted, recorded: Some(leaf.value.clone()), ..Evidence::default() };
        self.push(diagnostic);
    }

    /// Whether an answer that is not as a rule of arguments has it is an error.
    pub(super) fn is_sure(&self, step: &Step, rule: &Rule, expected: &Json) -> bool {
        let within = matches!(rule.expr, Expr::Within { .. });
        // What is asked for is in all that is found; a list that a write answers has in it what others put there.
        let listed = rule.each
            || !self.model.acts(step.tool, step.access)
            || rule.support.held >= LISTED_HELD && rule.runs >= LISTED_RUNS;
        let identifies = expected.as_str().is_some_and(|text| text.bytes().any(|b| b.is_ascii_digit()));
        let often = rule.support.broken == 0
            && rule.support.held >= WITHIN_HELD
            && rule.runs >= WITHIN_RUNS
            && rule.values >= WITHIN_VALUES;
        // The id that was asked for, under its name, is hardly met twice by chance.
        let telling = rule.named && rule.telling && rule.support.broken == 0 && rule.runs >= TELLING_HELD;
        (telling || self.is_enough(rule.runs)) && (self.strict || listed && (!within || identifies || often))
    }
}
