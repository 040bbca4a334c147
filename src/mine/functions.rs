//! Answers that are a function of the arguments alone: the value of an expression, a mean, a conversion.
//!
//! As with relations, a function is a guess that every call confirms. Several may hold of what was seen (the mean of
//! one number is its least); an answer is wrong where it is none of them.

use super::evidence::close;
use super::shape::{self, Leaf};
use super::step::{Step, hash_json, hash_text};
use super::survey::{Support, Times};
use super::{FastMap, mix};
use crate::json::{Json, Map, arithmetic};

/// A function of one or two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The value of an arithmetic expression in a text.
    Value,
    Sum,
    Mean,
    Least,
    Most,
    Product,
    Length,
    Plus,
    Minus,
    Times,
    Over,
    Power,
    /// So many percent one number is of the other.
    Percent,
    /// Rounded to so many decimals.
    Rounded,
    Root,
    Absolute,
    /// Times what is the same for all calls.
    Factor,
}

/// A kind of function with the hashes of the names of its arguments; the second is zero where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function {
    pub kind: Kind,
    pub first: u64,
    pub second: u64,
}

/// Roundings that are told apart: none, and to so many decimals.
const ROUNDINGS: [Option<i64>; 6] = [None, Some(4), Some(3), Some(2), Some(1), Some(0)];

/// How often a function gave the answer.
#[derive(Clone, Debug, Default)]
pub struct FunctionSeen {
    /// By rounding.
    pub held: [Support; ROUNDINGS.len()],
    /// In how many trajectories there was an answer.
    runs: Times,
    /// Hashes of a few different results, and of those that are hardly met by chance.
    results: Vec<u64>,
    exact: Vec<u64>,
    /// Of [`Kind::Factor`]: the least and the most that the answers were, by the argument.
    factor: Option<(f64, f64)>,
}

const RESULTS_MAX: usize = 8;
/// Different results that must have been seen.
const RESULTS_LEAST: usize = 3;
/// So many calls are enough where each result is hardly met by chance.
const EXACT_HELD: u32 = 3;
const NUMBERS_MAX: usize = 4;
const SEEN_MAX: usize = 100_000;

/// What the second pass counts of functions: by leaf and function.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    seen: FastMap<(u64, Function), FunctionSeen>,
}

/// A function that was seen often enough, with what it takes to compute it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Computed {
    pub function: Function,
    /// Which roundings were never contradicted.
    roundings: [bool; ROUNDINGS.len()],
    pub support: Support,
    /// In how many trajectories there was an answer.
    pub runs: u32,
    factor: f64,
}

/// What a call is expected to answer.
#[derive(Clone, Debug)]
pub struct Expected {
    pub value: f64,
    /// How it is computed, in words.
    pub how: String,
}

fn named(arguments: &Map, hash: u64) -> Option<(&str, &Json)> {
    arguments.iter().find(|(name, _)| hash_text(name) == hash).map(|(name, value)| (&**name, value))
}

/// The scalars in an answer that may be the result of a computation, where these are few.
fn results(step: &Step, mut visit: impl FnMut(Leaf<'_>, f64)) {
    let mut found = Vec::new();
    shape::leaves(step.tool, &step.answer.value, 24, &mut |leaf| {
        if let Some(number) = leaf.value.as_f64()
            && leaf.indices == 0
        {
            found.push((leaf, number));
        }
    });
    if found.len() <= NUMBERS_MAX {
        found.into_iter().for_each(|(leaf, number)| visit(leaf, number));
    }
}

/// The functions that can be computed from the arguments of a call, with their results.
fn candidates(arguments: &Map) -> Vec<(Function, f64)> {
    let mut found = Vec::new();
    let mut numbers = Vec::new();
    let mut add = |kind, first, second, value: Option<f64>| {
        found.extend(value.filter(|value| value.is_finite()).map(|value| (Function { kind, first, second }, value)));
    };
    for (name, value) in arguments.iter() {
        let hash = hash_text(name);
        match value {
            Json::Text(_) => add(Kind::Value, hash, 0, apply(Kind::Value, value, &Json::Null)),
            Json::List(_) => {
                for kind in [Kind::Sum, Kind::Mean, Kind::Least, Kind::Most, Kind::Product, Kind::Length] {
                    add(kind, hash, 0, apply(kind, value, &Json::Null));
                }
            }
            value if value.as_f64().is_some() && numbers.len() < NUMBERS_MAX => numbers.push((hash, value)),
            _ => {}
        }
    }
    if arguments.len() == 1 {
        for (hash, value) in &numbers {
            for kind in [Kind::Root, Kind::Absolute, Kind::Factor] {
                add(kind, *hash, 0, apply(kind, value, &Json::Null));
            }
        }
    }
    for (first, a) in &numbers {
        for (second, b) in numbers.iter().filter(|(second, _)| second != first) {
            for kind in [Kind::Minus, Kind::Over, Kind::Power, Kind::Percent, Kind::Rounded] {
                add(kind, *first, *second, apply(kind, a, b));
            }
            if first < second {
                for kind in [Kind::Plus, Kind::Times] {
                    add(kind, *first, *second, apply(kind, a, b));
                }
            }
        }
    }
    found
}

/// The result of a function; that of [`Kind::Factor`] is its argument.
fn apply(kind: Kind, first: &Json, second: &Json) -> Option<f64> {
    let list = || -> Option<Vec<f64>> {
        let items = first.as_list()?;
        (!items.is_empty()).then(|| items.iter().map(Json::as_f64).collect())?
    };
    let pair = || Some((first.as_f64()?, second.as_f64()?));
    let value = match kind {
        Kind::Value => {
            let text = first.as_str()?;
            // A number alone is no expression.
            text.bytes().skip(1).any(|b| matches!(b, b'+' | b'*' | b'/' | b'-')).then_some(())?;
            arithmetic::evaluate(text).ok()?.as_f64()?
        }
        Kind::Sum => list()?.iter().sum(),
        Kind::Mean => list().map(|list| list.iter().sum::<f64>() / list.len() as f64)?,
        Kind::Least => list()?.into_iter().fold(f64::INFINITY, f64::min),
        Kind::Most => list()?.into_iter().fold(f64::NEG_INFINITY, f64::max),
        Kind::Product => list()?.iter().product(),
        Kind::Length => first.as_list()?.len() as f64,
        Kind::Plus => pair().map(|(a, b)| a + b)?,
        Kind::Minus => pair().map(|(a, b)| a - b)?,
        Kind::Times => pair().map(|(a, b)| a * b)?,
        Kind::Over => pair().filter(|(_, b)| *b != 0.0).map(|(a, b)| a / b)?,
        Kind::Power => pair().map(|(a, b)| a.powf(b))?,
        Kind::Percent => pair().filter(|(_, b)| *b != 0.0).map(|(a, b)| a / b * 100.0)?,
        Kind::Rounded => {
            let (a, b) = pair().filter(|(_, b)| b.fract() == 0.0 && (0.0..=12.0).contains(b))?;
            arithmetic::round(a, b as i64)
        }
        Kind::Root => first.as_f64().filter(|a| *a >= 0.0)?.sqrt(),
        Kind::Absolute => first.as_f64()?.abs(),
        Kind::Factor => first.as_f64().filter(|a| *a != 0.0)?,
    };
    value.is_finite().then_some(value)
}

fn rounded(value: f64, rounding: Option<i64>) -> f64 {
    rounding.map_or(value, |decimals| arithmetic::round(value, decimals))
}

/// Whether a result is a value, rounded in some way: half a unit up or down is the same.
fn fits(value: f64, result: f64, rounding: Option<i64>) -> bool {
    if close(rounded(value, rounding), result) {
        return true;
    }
    rounding.is_some_and(|decimals| {
        let unit = 10f64.powi(-(decimals as i32));
        (value - result).abs() <= unit * 0.500_001 && close(rounded(result, rounding), result)
    })
}

impl Functions {
    /// Learns from a call that succeeded.
    pub fn learn(&mut self, step: &Step, trajectory: u32) {
        let Some(arguments) = step.arguments.as_map() else { return };
        let mut tried: Option<Vec<(Function, f64)>> = None;
        results(step, |leaf, result| {
            for (function, value) in tried.get_or_insert_with(|| candidates(arguments)) {
                let key = (leaf.id, *function);
                if self.seen.len() >= SEEN_MAX && !self.seen.contains_key(&key) {
                    continue;
                }
                let seen = self.seen.entry(key).or_default();
                seen.runs.note(trajectory);
                let hash = mix(1, hash_json(leaf.value));
                if seen.results.len() < RESULTS_MAX && !seen.results.contains(&hash) {
                    seen.results.push(hash);
                }
                let exact = result.fract() != 0.0 && !close(result * 10.0, (result * 10.0).round());
                if exact && seen.exact.len() < RESULTS_MAX && !seen.exact.contains(&hash) {
                    seen.exact.push(hash);
                }
                if function.kind == Kind::Factor {
                    let factor = result / *value;
                    let (least, most) = seen.factor.unwrap_or((factor, factor));
                    seen.factor = Some((least.min(factor), most.max(factor)));
                    seen.held[0].held += 1;
                    continue;
                }
                for (rounding, support) in ROUNDINGS.into_iter().zip(&mut seen.held) {
                    match fits(*value, result, rounding) {
                        true => support.held += 1,
                        false => support.broken += 1,
                    }
                }
            }
        });
    }

    /// Adds what another worker counted.
    pub fn merge(&mut self, other: Functions) {
        for (key, seen) in other.seen {
            let own = self.seen.entry(key).or_default();
            own.held.iter_mut().zip(seen.held).for_each(|(own, other)| {
                own.add(other);
            });
            own.runs.add(seen.runs);
            for (own, other) in [(&mut own.results, seen.results), (&mut own.exact, seen.exact)] {
                own.extend(other);
                own.sort_unstable();
                own.dedup();
            }
            own.factor = match (own.factor, seen.factor) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (own, other) => own.or(other),
            };
        }
    }

    /// Those that held at least `least` times, and were not broken but by what may be corrupt; by leaf.
    pub fn rules(&self, least: u32) -> FastMap<u64, Vec<Computed>> {
        let mut rules: FastMap<u64, Vec<Computed>> = FastMap::default();
        for ((leaf, function), seen) in &self.seen {
            if seen.results.len() < RESULTS_LEAST {
                continue;
            }
            let mut factor = 0.0;
            if function.kind == Kind::Factor {
                let Some((low, high)) = seen.factor.filter(|(low, high)| close(*low, *high)) else { continue };
                // The shortest number that is as near.
                let middle = f64::midpoint(low, high);
                let short = format!("{middle:.9e}").parse().unwrap_or(middle);
                factor = if close(short, low) && close(short, high) { short } else { middle };
            }
            let exact = seen.exact.len() >= RESULTS_LEAST;
            let good = |support: &Support| {
                support.held >= least && support.holds() || exact && support.held >= EXACT_HELD && support.broken == 0
            };
            let roundings = seen.held.map(|support| good(&support));
            let best = seen.held.into_iter().filter(good).max_by_key(|support| support.held);
            if let Some(support) = best {
                let (function, runs) = (*function, seen.runs.count);
                rules.entry(*leaf).or_default().push(Computed { function, roundings, support, runs, factor });
            }
        }
        rules.values_mut().for_each(|rules| rules.sort_by_key(|rule| rule.function));
        rules
    }
}

/// The results of a call that no rule allows: each with what it should be.
pub fn wrong<'a>(
    rules: &'a FastMap<u64, Vec<Computed>>,
    step: &Step,
    mut told: impl FnMut(&Json, u64, Result<(), (Expected, &'a Computed)>),
) {
    let Some(arguments) = step.arguments.as_map().filter(|_| !rules.is_empty()) else { return };
    results(step, |leaf, result| {
        let Some(rules) = rules.get(&leaf.id) else { return };
        let mut first = None;
        for rule in rules {
            let Some(value) = rule.value(arguments) else { continue };
            let mut roundings = ROUNDINGS.into_iter().zip(rule.roundings);
            if roundings.any(|(rounding, good)| good && fits(value, result, rounding)) {
                told(leaf.value, leaf.id, Ok(()));
                return;
            }
            let better = |(_, other): &(f64, &Computed)| other.support.held < rule.support.held;
            if first.as_ref().is_none_or(better) {
                first = Some((value, rule));
            }
        }
        if let Some((value, rule)) = first {
            let expected = Expected { value, how: rule.in_words(arguments) };
            told(leaf.value, leaf.id, Err((expected, rule)));
        }
    });
}

impl Computed {
    /// What a call is to answer, with the most decimals that were never contradicted.
    pub fn answer(&self, arguments: &Map) -> Option<f64> {
        self.value(arguments).map(|value| rounded(value, self.rounding()))
    }

    /// To how many decimals it is rounded, if it is.
    pub fn rounding(&self) -> Option<i64> {
        ROUNDINGS.into_iter().zip(self.roundings).find(|(_, good)| *good).and_then(|(rounding, _)| rounding)
    }

    /// What a call's argument is multiplied by, for [`Kind::Factor`].
    pub fn factor(&self) -> f64 {
        self.factor
    }

    fn value(&self, arguments: &Map) -> Option<f64> {
        let Function { kind, first, second } = self.function;
        let (_, a) = named(arguments, first)?;
        let b = if second == 0 { &Json::Null } else { named(arguments, second)?.1 };
        if matches!(kind, Kind::Root | Kind::Absolute | Kind::Factor) && arguments.len() != 1 {
            return None;
        }
        let value = apply(kind, a, b)?;
        Some(if kind == Kind::Factor { value * self.factor } else { value })
    }

    fn in_words(&self, arguments: &Map) -> String {
        let Function { kind, first, second } = self.function;
        let side = |hash| {
            named(arguments, hash).map_or_else(String::new, |(name, value)| format!("`{name}` ({})", value.excerpt()))
        };
        let (a, b) = (side(first), side(second));
        match kind {
            Kind::Value => format!("the value of {a}"),
            Kind::Sum => format!("the sum of {a}"),
            Kind::Mean => format!("the mean of {a}"),
            Kind::Least => format!("the least of {a}"),
            Kind::Most => format!("the most of {a}"),
            Kind::Product => format!("the product of {a}"),
            Kind::Length => format!("the length of {a}"),
            Kind::Plus => format!("{a} plus {b}"),
            Kind::Minus => format!("{a} minus {b}"),
            Kind::Times => format!("{a} times {b}"),
            Kind::Over => format!("{a} divided by {b}"),
            Kind::Power => format!("{a} to the power of {b}"),
            Kind::Percent => format!("{a} in percent of {b}"),
            Kind::Rounded => format!("{a} rounded to {b} decimals"),
            Kind::Root => format!("the square root of {a}"),
            Kind::Absolute => format!("{a} without its sign"),
            Kind::Factor => format!("{a} times {}", Json::Float(self.factor)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::steps;
    use crate::trajectory::{Exchange, Trajectory, pair};

    /// Answered calls of one tool.
    fn calls(calls: &[(&str, &str)]) -> Vec<Step> {
        let message = |role: &str, rest: String| format!(r#"{{"role": "{role}", {rest}}}"#);
        let mut messages = vec![message("user", r#""content": "go""#.into())];
        for (n, (arguments, answer)) in calls.iter().enumerate() {
            let quoted = |text: &str| Json::text(text).to_string();
            let function = format!(r#"{{"name": "compute", "arguments": {}}}"#, quoted(arguments));
            let call = format!(r#"{{"id": "c{n}", "type": "function", "function": {function}}}"#);
            messages.push(message("assistant", format!(r#""content": null, "tool_calls": [{call}]"#)));
            messages.push(message("tool", format!(r#""tool_call_id": "c{n}", "content": {}"#, quoted(answer))));
        }
        let record = format!(r#"{{"messages": [{}]}}"#, messages.join(", "));
        let input = crate::ingest::Input::from_reader("calls", Box::new(std::io::Cursor::new(record)), None).unwrap();
        let record = crate::ingest::Records::new(input).next().unwrap();
        let shelf = crate::ingest::ToolShelf::default();
        let trajectory: Trajectory = crate::ingest::read(&record, None, &shelf).ok().unwrap().trajectory;
        let exchanges: Vec<Exchange> = pair(&trajectory).exchanges;
        steps(&trajectory, &exchanges, None)
    }

    /// What is told of the answer of a last call, after others.
    fn told(before: &[(&str, &str)], last: (&str, &str)) -> Option<String> {
        let mut functions = Functions::default();
        calls(before).iter().for_each(|step| functions.learn(step, 1));
        let rules = functions.rules(5);
        let mut found = None;
        wrong(&rules, &calls(&[last])[0], |_, _, outcome| {
            found = outcome.err().map(|(expected, _)| format!("{} is {}", expected.how, expected.value));
        });
        found
    }

    #[test]
    fn computations_are_learned() {
        let values: Vec<(String, String)> =
            (1..=6).map(|n| (format!(r#"{{"expression": "{n} * 7 + 1"}}"#), format!("{}.0", n * 7 + 1))).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(told(&values, (r#"{"expression": "(2 + 3) * 4"}"#, "20.0")), None);
        assert_eq!(told(&values, (r#"{"expression": "10 / 3"}"#, "3.33")), None);
        let wrong = told(&values, (r#"{"expression": "(2 + 3) * 4"}"#, "21.0"));
        assert_eq!(wrong.as_deref(), Some(r#"the value of `expression` ("(2 + 3) * 4") is 20"#));
        assert_eq!(told(&values[..4], (r#"{"expression": "2 + 3"}"#, "6")), None, "four calls are too few");

        let means = [
            (r#"{"numbers": [1, 2, 4]}"#, r#"{"result": 2.3333333333333335}"#),
            (r#"{"numbers": [37]}"#, r#"{"result": 37.0}"#),
            (r#"{"numbers": [1, 1, 2, 3, 5, 8, 13]}"#, r#"{"result": 4.714285714285714}"#),
            (r#"{"numbers": [10, 20]}"#, r#"{"result": 15.0}"#),
            (r#"{"numbers": [2, 2, 3]}"#, r#"{"result": 2.3333333333333335}"#),
        ];
        assert_eq!(told(&means, (r#"{"numbers": [4, 6]}"#, r#"{"result": 5.0}"#)), None);
        assert!(told(&means, (r#"{"numbers": [4, 6]}"#, r#"{"result": 6.0}"#)).is_some());

        let litres = [
            (r#"{"gallon": 10}"#, r#"{"liter": 37.8541}"#),
            (r#"{"gallon": 30.0}"#, r#"{"liter": 113.56230000000001}"#),
            (r#"{"gallon": 50.0}"#, r#"{"liter": 189.2705}"#),
        ];
        assert_eq!(told(&litres, (r#"{"gallon": 20}"#, r#"{"liter": 75.7082}"#)), None);
        let wrong = told(&litres, (r#"{"gallon": 20}"#, r#"{"liter": 75.8}"#));
        assert!(wrong.is_some_and(|how| how.starts_with("`gallon` (20) times 3.78541")));
    }

    #[test]
    fn what_depends_on_more_is_no_function() {
        let prices = [
            (r#"{"item": "a", "count": 2}"#, "8"),
            (r#"{"item": "b", "count": 2}"#, "10"),
            (r#"{"item": "a", "count": 3}"#, "12"),
            (r#"{"item": "a", "count": 4}"#, "16"),
            (r#"{"item": "a", "count": 5}"#, "20"),
            (r#"{"item": "a", "count": 6}"#, "24"),
        ];
        assert_eq!(told(&prices, (r#"{"item": "c", "count": 2}"#, "99")), None);
    }
}
