//! What was seen often enough to count as a rule.

use super::access::Access;
use super::evidence::{ArgumentSeen, Evidence, LeafSeen, ShapeSeen, ToolSeen, Touch};
use super::functions::Computed;
use super::guards::Guards;
use super::offered::Offered;
use super::presence::Link;
use super::relations::Relation;
use super::step::Step;
use super::survey::{Support, Survey, Tables, Times};
use super::{FastMap, FastSet, hash_text};
use crate::json::Json;

/// How often something must have been seen to count, and how often not at most.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// Sightings of a rule.
    pub held: u32,
    /// Readings across which a call must have left something alone.
    pub kept: u32,
    /// Trajectories in which either was seen: the calls of one have much in common.
    pub runs: u32,
}

impl Bar {
    pub const USUAL: Bar = Bar { held: 5, kept: 8, runs: 3 };
    pub const STRICT: Bar = Bar { held: 3, kept: 3, runs: 1 };
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Constant(Json),
    /// An argument of the call, by path.
    Argument {
        id: u64,
        path: Box<str>,
    },
    /// A text that has an argument in it.
    Within {
        id: u64,
        path: Box<str>,
    },
    /// A scalar of the call's answer.
    Answer {
        id: u64,
    },
    /// The value before, and a numeric argument.
    Plus {
        id: u64,
        path: Box<str>,
    },
    Minus {
        id: u64,
        path: Box<str>,
    },
}

/// A source of a value, with how often it was that.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub expr: Expr,
    pub support: Support,
    /// In how many trajectories it was that.
    pub runs: u32,
    /// How many different values were seen there, of the first few.
    pub values: u32,
    /// Whether the argument has the name of what it fills.
    pub named: bool,
    /// Whether the values are such that chance does not make them equal: ids, long texts.
    pub telling: bool,
    /// Whether it holds for each item of a list; otherwise for one of them at least.
    pub each: bool,
    /// How often the value before was known and another one.
    pub changed: u32,
}

/// What a call makes of a field of the record that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub table: u64,
    /// JSON pointer below the record, with `*` for what is data.
    pub path: Box<str>,
    pub rule: Rule,
}

/// Whether a call may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum License {
    /// It came between often, and never did.
    Never,
    /// Too little is known.
    Unknown,
    /// It was seen to.
    Seen,
}

/// What was learned of a tool set.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub tables: Tables,
    touches: FastMap<(u64, u64), Touch>,
    pub effects: FastMap<(u64, u64), Effect>,
    pub answers: FastMap<u64, Rule>,
    /// By leaf: further arguments that a text always has in it.
    pub mentions: FastMap<u64, Vec<Rule>>,
    pub tools: FastMap<u64, ToolSeen>,
    pub shapes: FastMap<u64, ShapeSeen>,
    /// By place.
    pub relations: FastMap<u64, Vec<(Relation, Support, u32)>>,
    /// By leaf in answers.
    pub functions: FastMap<u64, Vec<Computed>>,
    pub presence: FastMap<Link, (Support, Times)>,
    pub guards: Guards,
    /// The tools on offer.
    pub offered: Vec<Offered>,
    /// The arguments that tools were called with: by tool and path.
    pub arguments: FastSet<u64>,
    /// A value of each leaf whose ids a call mints.
    pub examples: FastMap<u64, Json>,
    /// Tools of which a call was seen to change something, or may have.
    pub changers: FastSet<u64>,
    /// Fields that some call changes: by table and field.
    pub changing: FastSet<u64>,
    /// Leaves in answers that hold ids which the call mints; how often they were other than those minted before.
    pub minted: FastMap<u64, Support>,
    /// In how many trajectories.
    pub minted_in: FastMap<u64, u32>,
}

/// Whether a share is what corrupt records may make of none.
fn rare(some: u32, all: u32) -> bool {
    u64::from(some) * 25 <= u64::from(all)
}

impl Model {
    /// Both passes over dialogues that are in memory.
    pub fn of<'a>(dialogues: impl Iterator<Item = &'a [Step]> + Clone) -> Model {
        let mut survey = Survey::default();
        dialogues.clone().for_each(|steps| survey.learn(steps));
        let tables = survey.tables();
        let mut evidence = Evidence::default();
        dialogues.for_each(|steps| evidence.learn(&tables, steps));
        Model::new(tables, evidence)
    }

    pub fn new(tables: Tables, evidence: Evidence) -> Model {
        let bar = Bar::STRICT;
        let mut model = Model {
            touches: evidence.touches,
            tools: evidence.tools,
            shapes: evidence.shapes,
            relations: evidence.relations.rules(bar.held),
            arguments: evidence.arguments,
            functions: evidence.functions.rules(Bar::USUAL.held),
            guards: evidence.guards,
            ..Model::default()
        };
        let often = |touch: &&Touch| touch.changed[0] + touch.changed[1] >= 2;
        model.changing = model.touches.iter().filter(|(_, touch)| often(touch)).map(|((_, class), _)| *class).collect();
        let changes = |touch: &&Touch| touch.changed.iter().chain(&touch.shared).any(|count| *count > 0);
        model.changers = model.touches.iter().filter(|(_, touch)| changes(touch)).map(|((tool, _), _)| *tool).collect();
        model.presence.extend(
            evidence.presence.seen.into_iter().filter(|(_, (support, _))| support.held >= bar.held && support.holds()),
        );
        for (key, seen) in evidence.effects {
            if let Some(rule) = effect(&seen, bar) {
                model.effects.insert(key, Effect { table: seen.table, path: seen.path, rule });
            }
        }
        for (leaf, seen) in evidence.answers {
            if seen.fresh.held >= bar.held && seen.fresh.holds() && seen.distinct.holds() {
                model.minted.insert(leaf, seen.distinct);
                model.minted_in.insert(leaf, seen.runs.count);
                let example = seen.values.iter().map(|(_, value, _)| value).min_by_key(|value| value.to_string());
                model.examples.extend(example.map(|value| (leaf, value.clone())));
            }
            let also: Vec<Rule> = within(&seen, bar).into_iter().skip(1).collect();
            if !also.is_empty() {
                model.mentions.insert(leaf, also);
            }
            if let Some(rule) = echo(&seen, bar) {
                model.answers.insert(leaf, rule);
            }
        }
        model.tables = tables;
        model
    }

    /// Whether calls of a tool may write anything.
    pub fn acts(&self, tool: u64, access: Access) -> bool {
        if access != Access::Reads {
            return true;
        }
        self.tools.get(&tool).is_some_and(|seen| seen.odd >= 3 && seen.odd * 5 >= seen.calls)
    }

    /// Whether a call of a tool may have made a change: of `class`, below the field `top`, in `table`. `other` where
    /// the call does not name the record.
    pub fn license(&self, tool: u64, table: u64, top: u64, class: u64, other: bool, bar: Bar) -> License {
        let side = usize::from(other);
        let touch = |class: u64| self.touches.get(&(tool, class)).copied().unwrap_or_default();
        let (own, top, table) = (touch(class), touch(top), touch(table));
        let (changed, shared, kept) = (own.changed[side], own.shared[side], top.kept[side]);
        if changed >= 3 || changed > 0 && changed * 10 >= changed + kept {
            return License::Seen;
        }
        if shared > 0 && (shared + changed) * 10 >= shared + changed + kept {
            return License::Unknown;
        }
        if kept >= bar.kept {
            return License::Never;
        }
        let (changed, kept) = (table.changed[side] + table.shared[side], table.kept[side]);
        match kept >= bar.kept * 3 && rare(changed, changed + kept) {
            true => License::Never,
            false => License::Unknown,
        }
    }

    /// In how many trajectories a call of a tool left something alone: see [`Model::license`].
    pub fn left_alone_in(&self, tool: u64, table: u64, top: u64, other: bool) -> u32 {
        let runs = |class: u64| self.touch(tool, class).kept_in[usize::from(other)].count;
        runs(top).max(runs(table))
    }

    pub fn touch(&self, tool: u64, class: u64) -> Touch {
        self.touches.get(&(tool, class)).copied().unwrap_or_default()
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('/').find(|segment| *segment != "*").unwrap_or("")
}

/// Whether it is an argument in several answers, and in lists of several items: what is so of the only item of a list
/// need not be so of another. An argument that is a list itself goes with the items.
fn is_of_each_item(argument: &ArgumentSeen) -> bool {
    argument.path.contains("/*") || argument.firsts >= 2 * Bar::USUAL.held && argument.further >= Bar::USUAL.held
}

/// Whether so many different values were equal that chance had no part in it.
fn is_varied(values: &[u64]) -> bool {
    values.len() >= 6
}

/// The argument that a value is, where one is often enough.
fn argument(seen: &LeafSeen, bar: Bar, name: u64) -> Option<(Rule, bool)> {
    let alike = |path: &str| hash_text(last_name(path)) == name;
    let best = seen
        .arguments
        .iter()
        .filter(|argument| {
            argument.equal >= bar.held
                || argument.equal >= 2 && argument.telling == argument.equal && alike(&argument.path)
        })
        .filter(|argument| {
            let (held, broken) = (argument.equal, argument.given - argument.equal);
            let support = Support { held, broken };
            match alike(&argument.path) {
                true if seen.listed == 0 && (argument.telling * 2 >= held || is_varied(&argument.values)) => {
                    support.mostly_holds()
                }
                true if seen.listed == 0 => support.holds() || broken == 1 && held >= 2 * Bar::USUAL.held,
                _ => broken * 60 <= argument.given,
            }
        })
        .filter(|argument| {
            let sure = argument.equal >= 2 * bar.held && argument.equal == argument.given;
            alike(&argument.path) || argument.values.len() >= if sure { 2 } else { 3 }
        })
        .max_by_key(|argument| (alike(&argument.path), argument.equal, argument.id))?;
    let expr = Expr::Argument { id: best.id, path: best.path.clone() };
    let support = Support { held: best.equal, broken: best.given - best.equal };
    let named = alike(&best.path);
    let telling = best.telling == best.equal;
    let each = seen.listed == 0 || is_of_each_item(best);
    let runs = best.runs[0].count;
    let values = best.values.len() as u32;
    let rule = Rule { expr, support, runs, values, named, telling, each, changed: seen.known - seen.kept };
    Some((rule, named))
}

fn constant(seen: &LeafSeen, least: u32) -> Option<Rule> {
    let (_, value, count) = seen.values.iter().max_by_key(|(hash, _, count)| (*count, *hash))?;
    (*count >= least && rare(seen.seen - count, seen.seen)).then(|| Rule {
        expr: Expr::Constant(value.clone()),
        support: Support { held: *count, broken: seen.seen - count },
        runs: seen.runs.count,
        values: 1,
        named: false,
        telling: false,
        each: true,
        changed: seen.known - seen.kept,
    })
}

/// What a call makes of a field: nothing where it mostly stays.
fn effect(seen: &LeafSeen, bar: Bar) -> Option<Rule> {
    let by_argument = argument(seen, bar, seen.name).map(|(rule, _)| rule);
    // One argument does not set every item of a list, but it may look so where lists had one item.
    let listed = |rule: &Rule| match &rule.expr {
        Expr::Argument { path, .. } => (seen.listed > 0 || seen.path.contains("/*")) && !path.contains("/*"),
        _ => false,
    };
    let by_argument = by_argument.filter(|rule| !listed(rule));
    // What stayed may have been set to what it was; an argument of its name says so.
    let set = by_argument.as_ref().is_some_and(|rule| rule.named && rule.support.broken == 0);
    if !set && seen.known >= bar.held && rare(seen.known - seen.kept, seen.known) {
        return None;
    }
    let changed = seen.known - seen.kept;
    if let Some(rule) = by_argument {
        return Some(rule);
    }
    if let Some((id, support)) = seen
        .answers
        .iter()
        .filter(|(_, support)| support.held >= bar.held && support.holds())
        .max_by_key(|(id, support)| (support.held, *id))
    {
        return Some(Rule {
            expr: Expr::Answer { id: *id },
            support: *support,
            runs: seen.runs.count,
            values: seen.values.len() as u32,
            named: false,
            telling: false,
            each: true,
            changed,
        });
    }
    for argument in &seen.arguments {
        let is = |count: u32| count >= bar.held && rare(argument.summed - count, argument.summed) && changed >= 2;
        let (id, path) = (argument.id, argument.path.clone());
        let support = |held| Support { held, broken: argument.summed - held };
        let (runs, values) = (argument.runs[2].count, seen.values.len() as u32);
        let rule = |expr, held| {
            let support = support(held);
            Some(Rule { expr, support, runs, values, named: false, telling: false, each: true, changed })
        };
        if is(argument.plus) {
            return rule(Expr::Plus { id, path }, argument.plus);
        }
        if is(argument.minus) {
            return rule(Expr::Minus { id, path }, argument.minus);
        }
    }
    if changed >= 2 { constant(seen, bar.held) } else { None }
}

/// The arguments that a text always has in it, the one most often first.
fn within(seen: &LeafSeen, bar: Bar) -> Vec<Rule> {
    let mut found: Vec<&ArgumentSeen> = seen
        .arguments
        .iter()
        .filter(|argument| {
            let telling = argument.values.len() >= 2 && argument.identifying == argument.within;
            argument.within >= bar.held && (argument.values.len() >= 3 || telling)
        })
        .filter(|argument| seen.listed == 0 || argument.identifying == argument.within || is_of_each_item(argument))
        .filter(|argument| {
            let support = Support { held: argument.within, broken: argument.texts - argument.within };
            let telling = argument.identifying * 2 >= argument.within || is_varied(&argument.values);
            support.broken == 0 || seen.listed == 0 && telling && support.mostly_holds()
        })
        .collect();
    found.sort_by_key(|argument| std::cmp::Reverse((argument.within, argument.id)));
    let rule = |argument: &ArgumentSeen| Rule {
        expr: Expr::Within { id: argument.id, path: argument.path.clone() },
        support: Support { held: argument.within, broken: argument.texts - argument.within },
        runs: argument.runs[1].count,
        values: argument.values.len() as u32,
        named: false,
        telling: argument.identifying == argument.within,
        each: seen.listed == 0 || is_of_each_item(argument),
        changed: 0,
    };
    found.into_iter().map(rule).collect()
}

/// What a value in an answer is, out of the call alone.
fn echo(seen: &LeafSeen, bar: Bar) -> Option<Rule> {
    match argument(seen, bar, seen.name) {
        Some((rule, true)) => Some(rule),
        Some((rule, false)) if rule.support.held >= 4 * bar.held => Some(rule),
        _ => constant(seen, bar.held).or_else(|| within(seen, bar).into_iter().next()),
    }
}
