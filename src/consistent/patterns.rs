//! What answers of a tool have in common: their shape, sums in them, ids that are new, and when calls are refused.

use super::*;
use crate::mine::functions;
use crate::mine::guards::{Existing, is_missing};
use crate::mine::presence::{Move, listed, named_by};
use crate::mine::relations::{self, Kind, Relation};
use crate::mine::shape::Record;
use crate::mine::{Support, hash_json, kind_of};

/// Records of which a shape must have been seen, before one that differs is an error.
const SHAPE_RECORDS: u32 = 50;
/// The same for a member that every one of them has.
const DROPPED_RECORDS: u32 = 30;
/// The same for a member that is of another kind, where all are of one.
const KIND_RECORDS: u32 = 12;
/// The same for a member that has its name in another spelling.
const RENAMED_RECORDS: u32 = 5;
/// Records among which one may be corrupt.
const DOUBT_RECORDS: u32 = SHAPE_RECORDS;
/// Sightings of an arithmetic relation: several hold by accident in few records.
const RELATION_HELD: u32 = 10;
/// Ids that must have been new after others; many tools mint the same one in the same state.
const MINTED_HELD: u32 = 15;
/// Dates that must have been in order, before one that is not is an error.
const ORDER_HELD: u32 = 30;
/// Calls that must have succeeded in another state.
const GUARD_HELD: u32 = 10;

impl Check<'_> {
    /// Holds an answer against the shape that answers of the tool have.
    pub(super) fn shape(&mut self, at: usize) {
        let step = &self.steps[at];
        let mut found: Vec<(String, bool)> = Vec::new();
        let rare = |count: u32, all: u32| u64::from(count) * 100 <= u64::from(all);
        if let Some(seen) = self.model.shapes.get(&mix(step.tool, 1))
            && let Some(field) = seen.fields.get(&0)
            && seen.records >= SHAPE_RECORDS
        {
            let kind = kind_of(&step.answer.value);
            let usual = (0..6).max_by_key(|kind| field.kinds[*kind]).unwrap_or(0);
            if kind != usual && rare(field.kinds[kind], seen.records) {
                let text = format!("is {}, where others are {}", step.answer.value.a_kind(), KINDS[usual]);
                found.push((text, self.is_enough(seen.runs.count)));
            }
        }
        let mut left = 64;
        shape::records(step.tool, &step.answer.value, &mut |record| {
            left -= 1;
            let Some(seen) = self.model.shapes.get(&record.place).filter(|_| left > 0) else { return };
            if seen.records < RENAMED_RECORDS {
                return;
            }
            let many = seen.records >= SHAPE_RECORDS;
            // The record itself may have been learned from.
            let doubt = u32::from(seen.records >= DOUBT_RECORDS);
            // Members that were seen once foretell others that were not yet seen (Good and Turing).
            let once = seen.fields.values().filter(|field| field.records == 1).count();
            let seldom = seen.fields.values().filter(|field| field.records * 5 < seen.records).count();
            let open = once > 1 || seldom > 2 || seen.fields.len() >= 128;
            let sure = self.is_enough(seen.runs.count);
            let path = self.place_in_words(record.place);
            let mut lacking: Vec<(&str, u32)> = Vec::new();
            for (field, counts) in &seen.fields {
                let missing = seen.records - counts.records;
                let name = self.model.tables.word(*field);
                if (rare(missing, seen.records) || missing <= doubt) && record.map.get(name).is_none() {
                    lacking.push((name, missing));
                }
            }
            lacking.sort_unstable();
            let mut renamed = false;
            for (name, value) in record.map.iter() {
                let field = seen.fields.get(&hash_text(name)).copied().unwrap_or_default();
                if field.records <= doubt {
                    let respelt = lacking.iter().position(|(missing, _)| !open && is_respelt(missing, name));
                    let others = field.records.saturating_sub(1);
                    let whose = if others == 0 { "no other has".into() } else { format!("{others} others have") };
                    let text = format!("has a member `{name}`{path}, which {whose}");
                    if let Some(at) = respelt {
                        let (meant, missing) = lacking.remove(at);
                        let (have, all) = (seen.records - missing, seen.records);
                        found.push((format!("{text}, and lacks `{meant}`, which {have} of {all} have"), sure));
                        renamed = true;
                    } else if !open && many {
                        found.push((text, sure));
                    }
                    continue;
                }
                let kind = kind_of(value);
                let usual = (0..6).max_by_key(|kind| field.kinds[*kind]).unwrap_or(0);
                let (least, stray) = match field.records >= SHAPE_RECORDS {
                    true => (SHAPE_RECORDS, rare(field.kinds[kind], field.records)),
                    false => (KIND_RECORDS, field.records - field.kinds[usual] <= doubt && field.kinds[kind] <= doubt),
                };
                // A null is a value of any kind.
                if kind != usual && kind != 0 && usual != 0 && field.records >= least && stray {
                    let text = format!("has {} as `{name}`{path}, where others have {}", value.a_kind(), KINDS[usual]);
                    found.push((text, sure));
                }
            }
            for (name, missing) in lacking {
                let dropped = many && rare(missing, seen.records)
                    || seen.records >= DROPPED_RECORDS && missing <= doubt && !record.map.is_empty();
                if renamed || dropped {
                    let (have, all) = (seen.records - missing, seen.records);
                    found.push((format!("lacks `{name}`{path}, which {have} of {all} have"), sure));
                }
            }
        });
        found.sort();
        found.dedup();
        for (text, sure) in found.into_iter().take(3) {
            let text = format!("message {} answers `{}` in another shape: it {text}", step.answered_at, step.name);
            self.push_if(sure, Diagnostic::new(Code::AnswerShape, self.at_answer(at), text));
        }
    }

    /// Holds an answer against the output schema that its tool declares. Published schemas are often tighter than the tools, so it takes
    /// `--strict` to reject by one.
    pub(super) fn declared(&mut self, at: usize) {
        let step = &self.steps[at];
        let exchange = &self.exchanges[step.exchange];
        let offered = self.trajectory.offered(exchange.by_user, self.fallback);
        let Some(tool) = offered.and_then(|tools| tools.get(&step.name)).filter(|tool| tool.output_schema.is_some())
        else {
            return;
        };
        let Ok(answer) = serde_json::to_value(&step.answer.value) else { return };
        let Some((path, problem)) = tool.output_problem(&answer) else { return };
        let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
        let text = format!(
            "message {} answers `{}` otherwise than its output schema says{place}: {problem}",
            step.answered_at, step.name
        );
        let mut diagnostic = Diagnostic::new(Code::AnswerShape, self.at_answer(at), text);
        diagnostic.evidence.instance_path = Some(path);
        if !self.strict {
            diagnostic.severity = Severity::Warning;
        }
        self.push(diagnostic);
    }

    /// Checks sums, products, counts and the order of dates in an answer.
    pub(super) fn relations(&mut self, at: usize, marks: &mut Marks) {
        let step = &self.steps[at];
        type Broken = (Relation, Support, u32, String, Option<Json>, Option<f64>);
        let mut found: Vec<Broken> = Vec::new();
        let mut left = 64;
        let mut kept = Vec::new();
        shape::records(step.tool, &step.answer.value, &mut |record: Record<'_>| {
            left -= 1;
            let Some(rules) = self.model.relations.get(&record.place).filter(|_| left > 0) else { return };
            for (relation, support, runs) in rules.iter().filter(|(_, support, _)| support.held >= RELATION_HELD) {
                let Some((held, expected)) = relations::holds(relation, record) else { continue };
                let name = self.model.tables.word(relation.target);
                let target = record.map.get(name);
                if held {
                    kept.extend(target.map(|value| std::ptr::from_ref(value).addr()));
                } else {
                    let words = self.in_words(relation);
                    let expected = expected.is_finite().then_some(expected);
                    found.push((*relation, *support, *runs, words, target.cloned(), expected));
                }
            }
        });
        marks.predicted.extend(kept);
        found.sort_by_key(|(relation, support, ..)| (std::cmp::Reverse(support.held), *relation));
        for (Relation { kind, .. }, support, runs, words, target, expected) in found.into_iter().take(2) {
            let (held, total) = (support.held, support.total());
            let target = target.unwrap_or_default();
            let sum = expected.map(|sum| format!(", which is {}", plain(sum))).unwrap_or_default();
            let text = format!(
                "message {} answers `{}` with {}, but {words}{sum} (so in {held} of {total} answers)",
                step.answered_at,
                step.name,
                target.excerpt(),
            );
            let mut diagnostic = Diagnostic::new(Code::ArithmeticMismatch, self.at_answer(at), text);
            if !self.is_enough(runs) || kind == Kind::After && (held < ORDER_HELD || held < total) {
                diagnostic.severity = Severity::Warning;
            }
            let expected = expected.map(|sum| number(sum, &target));
            diagnostic.evidence = Evidence { expected, recorded: Some(target), ..Evidence::default() };
            self.push(diagnostic);
        }
    }

    /// Checks what can be computed from the arguments alone.
    pub(super) fn functions(&mut self, at: usize, marks: &mut Marks) {
        let (model, steps) = (self.model, self.steps);
        let step = &steps[at];
        let mut found = Vec::new();
        functions::wrong(&model.functions, step, |value, leaf, outcome| match outcome {
            Ok(()) => drop(marks.predicted.insert(std::ptr::from_ref(value).addr())),
            Err((expected, rule)) => found.push((value.clone(), leaf, expected, rule.support, rule.runs)),
        });
        for (value, leaf, expected, support, runs) in found {
            let expects = number(expected.value, &value);
            let text = format!(
                "message {} answers `{}` with {}{}, but {} is {} (so in {} of {} answers)",
                step.answered_at,
                step.name,
                value.excerpt(),
                self.place_in_words(leaf),
                expected.how,
                plain(expected.value),
                support.held,
                support.total()
            );
            let mut diagnostic = Diagnostic::new(Code::ArithmeticMismatch, self.at_answer(at), text)
                .related(self.at_call(at), "the call");
            diagnostic.evidence = Evidence { expected: Some(expects), recorded: Some(value), ..Evidence::default() };
            self.push_if(self.is_enough(runs), diagnostic);
        }
    }

    fn in_words(&self, relation: &Relation) -> String {
        let word = |hash: u64| format!("`{}`", self.model.tables.word(hash));
        let target = word(relation.target);
        let Relation { first, second, third, .. } = *relation;
        match relation.kind {
            Kind::Sum => format!("{target} is the sum of {} and {}", word(first), word(second)),
            Kind::Product => format!("{target} is {} times {}", word(first), word(second)),
            Kind::Rest => format!("{target} is the sum of the other numbers"),
            Kind::Count => format!("{target} is the number of {}", word(first)),
            Kind::Total if second == 0 => format!("{target} is the sum of {}", word(first)),
            Kind::Total => format!("{target} is the sum of {} over {}", word(second), word(first)),
            Kind::TotalProduct => {
                format!("{target} is the sum of {} times {} over {}", word(second), word(third), word(first))
            }
            Kind::After => format!("{target} is not before {}", word(first)),
        }
    }

    /// An id that a call mints is not one that it minted before.
    pub(super) fn minted(&mut self, at: usize) {
        let step = &self.steps[at];
        let mut found = Vec::new();
        let mut minted = Vec::new();
        shape::leaves(step.tool, &step.answer.value, LEAVES_MAX, &mut |leaf| {
            if leaf.indices != 0 {
                return;
            }
            let Some(support) = self.model.minted.get(&leaf.id) else { return };
            let Some(hash) = hash_name(leaf.value) else { return };
            let names = crate::grounding::name_parts(self.model.tables.word(leaf.name));
            if !matches!(names.last().map(String::as_str), Some("id" | "number" | "code" | "token" | "reference")) {
                return;
            }
            if let Some(first) = self.minted.get(&(leaf.id, hash)) {
                found.push((*first, leaf, *support));
            }
            minted.push((leaf.id, hash));
        });
        for key in minted {
            self.minted.entry(key).or_insert(at);
        }
        for (first, leaf, support) in found {
            let text = format!(
                "message {} mints {} again; message {} had minted it ({} were new of {} minted after others)",
                step.answered_at,
                leaf.value.excerpt(),
                self.steps[first].answered_at,
                support.held,
                support.total()
            );
            let mut diagnostic = Diagnostic::new(Code::IdRepeated, self.at_answer(at), text)
                .related(self.at_answer(first), "minted here first");
            let runs = self.model.minted_in.get(&leaf.id).copied().unwrap_or_default();
            if support.held < MINTED_HELD || !self.is_enough(runs) {
                diagnostic.severity = Severity::Warning;
            }
            self.push(diagnostic);
        }
    }

    /// Whether a call could succeed, or be refused, in the state that is known.
    pub(super) fn guards(&mut self, at: usize) {
        let (model, steps) = (self.model, self.steps);
        let step = &steps[at];
        let message = step.answer.message();
        let missing = step.answer.refused && is_missing(&message);
        let mut found = Vec::new();
        for given in &step.given {
            let Some(hash) = hash_name(&given.value) else { continue };
            let quiet = |since: usize| {
                !self.acting.iter().any(|k| *k > since && *k != at && steps[*k].mentioned.contains(&hash))
            };
            if let Some((last, named)) = self.lately.get(&hash)
                && !step.answer.refused
                && let Some((support, times)) =
                    model.guards.is_gone(&((steps[*last].tool, *named), (step.tool, given.id)))
            {
                let text = format!(
                    "message {} lets `{}` succeed on {} {}, which `{}` at message {} took away: after it the call was \
                     refused {} of {} times elsewhere",
                    step.answered_at,
                    step.name,
                    given.path.trim_start_matches('/'),
                    given.value.excerpt(),
                    steps[*last].name,
                    steps[*last].answered_at,
                    support.held,
                    support.total(),
                );
                let diagnostic = Diagnostic::new(Code::UnknownEntity, self.at_answer(at), text)
                    .related(self.at_call(*last), "the call that took it away");
                found.push((diagnostic, times));
            }
            for (table, subject) in self.holes.called(hash) {
                let known: Vec<_> = self.holes.fields(*subject).collect();
                let Some(latest) = known.iter().map(|(_, fact)| fact.step).max() else { continue };
                if missing {
                    let Existing { succeeded, refused, runs } =
                        model.guards.existing.get(&(step.tool, given.id, *table)).copied().unwrap_or_default();
                    // Of several things that a call names, another may be the missing one.
                    let meant = step.given.len() == 1 || message.contains(given.value.as_str().unwrap_or("\0"));
                    let alternatives = message.contains(" or ");
                    if meant
                        && !alternatives
                        && quiet(latest)
                        && succeeded >= self.bar.held
                        && u64::from(refused) * 25 <= u64::from(succeeded)
                    {
                        let text = format!(
                            "message {} refuses `{}` ({message}), but message {} showed {} {}",
                            step.answered_at,
                            step.name,
                            steps[latest].answered_at,
                            given.path.trim_start_matches('/'),
                            given.value.excerpt(),
                        );
                        let diagnostic = Diagnostic::new(Code::RefusalUnexplained, self.at_answer(at), text)
                            .related(self.at_answer(latest), "shown here");
                        found.push((diagnostic, runs));
                    }
                }
                if step.answer.refused {
                    continue;
                }
                for (field, fact) in known {
                    if !model.changing.contains(&mix(*table, *field)) {
                        continue;
                    }
                    let Some(values) = model.guards.fields.get(&(step.tool, given.id, *table, *field)) else {
                        continue;
                    };
                    let value = hash_json(&fact.value);
                    let Some(seen) = values.iter().find(|seen| seen.hash == value) else { continue };
                    let elsewhere: u32 =
                        values.iter().filter(|seen| seen.hash != value).map(|seen| seen.succeeded).sum();
                    let refused_elsewhere: u32 =
                        values.iter().filter(|seen| seen.hash != value).map(|seen| seen.refused).sum();
                    // The state decides only where the others are not refused as often.
                    if seen.refused >= 2
                        && seen.succeeded * 4 <= seen.refused
                        && elsewhere >= GUARD_HELD
                        && refused_elsewhere * 2 <= elsewhere
                        && quiet(fact.step)
                    {
                        let text = format!(
                            "message {} lets `{}` succeed although message {} reads `{}` of {} as {}: with that it was \
                             refused {} times of {}, and succeeded {elsewhere} times otherwise",
                            step.answered_at,
                            step.name,
                            steps[fact.step].answered_at,
                            model.tables.word(*field),
                            given.value.excerpt(),
                            fact.value.excerpt(),
                            seen.refused,
                            seen.refused + seen.succeeded,
                        );
                        let diagnostic = Diagnostic::new(Code::GuardBroken, self.at_answer(at), text)
                            .related(self.at_answer(fact.step), "the state before");
                        found.push((diagnostic, seen.runs));
                    }
                }
            }
        }
        found.truncate(2);
        found.into_iter().for_each(|(diagnostic, times)| self.push_if(self.is_enough(times.count), diagnostic));
    }

    /// What a call put into a list is in it, and what it took out is not.
    pub(super) fn presence(&mut self, at: usize, reading: &Reading<'_>, marks: &mut Marks) {
        let (model, steps) = (self.model, self.steps);
        let step = &steps[at];
        if step.answer.refused || !matches!(reading.value, Json::List(_) | Json::Map(_)) || self.acting.is_empty() {
            return;
        }
        let links = |tool: u64, way: Move, id: u64| {
            model.presence.get(&(tool, reading.class, way, id)).filter(|(support, _)| support.held >= self.bar.held)
        };
        let mut after = None;
        let mut found = Vec::new();
        let since = reading.prior.as_ref().map(|prior| prior.step);
        let first = self.acting.partition_point(|k| since.is_some_and(|since| *k <= since));
        let between: Vec<usize> = self.acting[first..].iter().copied().filter(|k| *k < at).collect();
        for (n, k) in between.iter().enumerate() {
            let writer = &steps[*k];
            let mut moves = Vec::new();
            for given in &writer.given {
                let Some(hash) = hash_name(&given.value) else { continue };
                for way in [Move::Out, Move::In] {
                    if let Some(support) = links(writer.tool, way, given.id) {
                        moves.push((way, hash, &given.value, *support));
                    }
                }
            }
            for (id, hash, value) in named_by(writer) {
                if let Some(support) = links(writer.tool, Move::In, id) {
                    moves.push((Move::In, hash, value, *support));
                }
            }
            for (way, hash, value, support) in moves {
                // A later call that names it may have moved it again.
                let again = between[n + 1..].iter().any(|later| steps[*later].mentioned.contains(&hash));
                let after = after.get_or_insert_with(|| listed(&model.tables, reading, reading.value, step));
                let there = after.contains(&hash);
                if there == (way == Move::In) {
                    marks.unexplained.clear();
                } else if !again {
                    found.push((way, *k, value.clone(), support));
                }
            }
        }
        for (way, k, value, (support, times)) in found.into_iter().take(2) {
            let (what, does) = match way {
                Move::Out => ("still has", "takes it out"),
                Move::In => ("lacks", "puts it in"),
            };
            let writer = &steps[k];
            let text = format!(
                "message {} {what} {}; `{}` at message {} {does} ({} of {} times elsewhere)",
                step.answered_at,
                value.excerpt(),
                writer.name,
                writer.answered_at,
                support.held,
                support.total()
            );
            let mut diagnostic = Diagnostic::new(Code::WriteWithoutEffect, self.at_answer(at), text)
                .related(self.at_call(k), "the call that writes it");
            if !self.is_enough(times.count) {
                diagnostic.severity = Severity::Warning;
            }
            let place = (k, mix(hash_json(&value), u64::from(way == Move::In)));
            self.pending.push(Told { kind: kind::PRESENCE, place, whole: reading.is_whole(), diagnostic });
        }
    }
}

/// Whether one name has all the words of another: `user_id` and `userId`, `city` and `city_name`.
fn is_respelt(a: &str, b: &str) -> bool {
    let (a, b) = (crate::grounding::name_parts(a), crate::grounding::name_parts(b));
    let within = |a: &[String], b: &[String]| a.iter().all(|word| b.contains(word));
    !a.is_empty() && !b.is_empty() && (within(&a, &b) || within(&b, &a))
}

const KINDS: [&str; 6] = ["null", "booleans", "numbers", "texts", "lists", "objects"];
