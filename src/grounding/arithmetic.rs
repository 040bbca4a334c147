//! Numbers that were computed: sums, differences, products and shares of what was said.
//!
//! Any number is the difference of two others if there are enough of them, so what may take part is narrow: the numbers of
//! the records that the same call names, its other arguments, the sums of money said last, and how many of a thing there are.

/// What may take part in a computation of one argument.
#[derive(Clone, Debug, Default)]
pub struct Operands {
    /// Numbers of the same field in the records that the call names, such as the price of each chosen flight.
    pub groups: Vec<Vec<f64>>,
    /// Money that was said last, and results of computations.
    pub said: Vec<f64>,
    /// Other sums of money in the same call.
    pub siblings: Vec<f64>,
    /// The lengths of lists in the call: how many travel, how many are bought.
    pub lengths: Vec<f64>,
    /// Small numbers in the call, such as pieces of luggage.
    pub counts: Vec<f64>,
    /// Fixed sums and rates: those of the system prompt.
    pub rates: Vec<f64>,
    /// The lengths of lists that were observed: a rate may be due for each of their items.
    pub observed_lengths: Vec<f64>,
    /// Shares in percent.
    pub percents: Vec<f64>,
    /// How many of something the user wants.
    pub quantities: Vec<f64>,
    /// Sums of money in fields that were looked up last, and other numbers there.
    pub looked_up: Vec<f64>,
    pub observed: Vec<f64>,
    /// Sums of money that the user named last.
    pub mentioned: Vec<f64>,
    /// Pairs of numbers beside the argument, such as a price and how many.
    pub products: Vec<(f64, f64)>,
    /// Numbers of one name elsewhere in the call, such as the totals of its lines.
    pub columns: Vec<Vec<f64>>,
}

const EPSILON: f64 = 0.005;

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < EPSILON
}

/// A number as people write it.
pub fn show(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{rounded}")
}

/// A value with the computation that makes it. Most are made only to see whether they fit; these have no text.
#[derive(Clone, Debug)]
struct Term {
    value: f64,
    shown: Option<String>,
}

impl Term {
    fn plain(value: f64, text: bool) -> Term {
        Term { value, shown: text.then(|| show(value)) }
    }

    fn times(&self, count: f64) -> Term {
        let shown = self.shown.as_ref().map(|shown| format!("{shown} x {}", show(count)));
        Term { value: self.value * count, shown }
    }

    fn over(&self, count: f64) -> Term {
        let shown = self.shown.as_ref().map(|shown| format!("{shown} / {}", show(count)));
        Term { value: self.value / count, shown }
    }

    fn plus(&self, other: &Term) -> Term {
        let shown = self.shown.as_ref().zip(other.shown.as_ref()).map(|(a, b)| format!("{a} + {b}"));
        Term { value: self.value + other.value, shown }
    }

    fn minus(&self, other: &Term) -> Term {
        let shown = self.shown.as_ref().zip(other.shown.as_ref()).map(|(a, b)| format!("{a} - {b}"));
        Term { value: self.value - other.value, shown }
    }
}

impl Operands {
    /// The computation that gives `target`, in the words of arithmetic: sums of a field, so many times, with fees, less what is
    /// paid otherwise; the difference of two sums; a share; so many of what was looked up.
    pub fn explain(&self, target: f64) -> Option<String> {
        if !target.is_finite() || target == 0.0 {
            return None;
        }
        self.search(target, false)?;
        self.search(target, true)
    }

    /// The first computation that gives `target`: its text, where `text` asks for it.
    fn search(&self, target: f64, text: bool) -> Option<String> {
        let groups = self.groups(text);
        let mut sums = groups.clone();
        sums.extend(terms(&self.said, text));
        let totals = self.totals(&groups, &sums, text);
        let looked_up = terms(&self.looked_up, text);
        let mentioned = terms(&self.mentioned, text);
        fitting(&totals, target)
            .or_else(|| fitting(&self.left(&totals, text), target))
            .or_else(|| fitting(&differences(&sums), target))
            .or_else(|| fitting(&self.due_for_each(text), target))
            .or_else(|| self.share(target, sums.iter().chain(&looked_up).chain(&mentioned), text))
            .or_else(|| fitting(&self.bought(&looked_up, text), target))
            .or_else(|| fitting(&self.exchanged(&looked_up, &mentioned), target))
            .or_else(|| fitting(&self.of_the_call(text), target))
    }

    /// The sum of each field.
    fn groups(&self, text: bool) -> Vec<Term> {
        let groups = self.groups.iter().filter(|group| !group.is_empty() && group.len() <= 24);
        let sum = |group: &Vec<f64>| {
            let shown = text.then(|| match group.as_slice() {
                [one] => show(*one),
                several => format!("({})", several.iter().map(|value| show(*value)).collect::<Vec<_>>().join(" + ")),
            });
            Term { value: group.iter().sum(), shown }
        };
        groups.map(sum).collect()
    }

    /// Sums for so many, with fees.
    fn totals(&self, groups: &[Term], sums: &[Term], text: bool) -> Vec<Term> {
        let mut totals = sums.to_vec();
        for length in self.lengths.iter().filter(|length| **length > 1.0) {
            totals.extend(groups.iter().map(|sum| sum.times(*length)));
        }
        let mut fees = Vec::new();
        for rate in terms(&self.rates, text) {
            fees.extend(
                self.lengths.iter().chain(&self.counts).filter(|count| **count > 1.0).map(|count| rate.times(*count)),
            );
            fees.push(rate);
        }
        let with_fees: Vec<Term> = totals.iter().flat_map(|total| fees.iter().map(|fee| total.plus(fee))).collect();
        totals.extend(with_fees);
        totals
    }

    /// What is left of totals after the other payments of the call.
    fn left(&self, totals: &[Term], text: bool) -> Vec<Term> {
        if self.siblings.is_empty() {
            return Vec::new();
        }
        let shown = text.then(|| self.siblings.iter().map(|value| show(*value)).collect::<Vec<_>>().join(" - "));
        let paid = Term { value: self.siblings.iter().sum(), shown };
        totals.iter().map(|total| total.minus(&paid)).collect()
    }

    /// A fixed rate for each item of a list that was observed.
    fn due_for_each(&self, text: bool) -> Vec<Term> {
        let lengths = &self.observed_lengths;
        terms(&self.rates, text).iter().flat_map(|rate| lengths.iter().map(|length| rate.times(*length))).collect()
    }

    /// A share of a sum, what is left without it, or with it on top.
    fn share<'a>(&self, target: f64, mut sums: impl Iterator<Item = &'a Term>, text: bool) -> Option<String> {
        if self.percents.is_empty() {
            return None;
        }
        sums.find_map(|sum| {
            self.percents.iter().find_map(|percent| {
                let share = sum.value * percent / 100.0;
                let ways = [(share, "of"), (sum.value - share, "off"), (sum.value + share, "on top of")];
                let (_, way) =
                    ways.into_iter().find(|(value, _)| same(*value, target) || same(value.round(), target))?;
                let shown = sum.shown.as_deref().unwrap_or_default();
                Some(if text { format!("{}% {way} {shown}", show(*percent)) } else { String::new() })
            })
        })
    }

    /// So many of what was looked up, a rate for so many, and both together.
    fn bought(&self, looked_up: &[Term], text: bool) -> Vec<Term> {
        let wanted = || self.quantities.iter().copied();
        let counted = || wanted().chain(self.counts.iter().copied()).chain(self.lengths.iter().copied());
        let mut made: Vec<Term> = looked_up.iter().flat_map(|sum| counted().map(|count| sum.times(count))).collect();
        made.extend(terms(&self.observed, text).iter().flat_map(|number| wanted().map(|count| number.times(count))));
        let rates = terms(&self.rates, text);
        let due: Vec<Term> = rates
            .iter()
            .flat_map(|rate| wanted().filter(|count| *count <= 12.0).map(|count| rate.times(count)))
            .collect();
        made.extend(due.iter().flat_map(|due| looked_up.iter().map(|sum| sum.plus(due))));
        made.extend(due);
        made
    }

    /// Two sums that were looked up, together or one less the other; the user's sum at a rate, or shared, or several times.
    fn exchanged(&self, looked_up: &[Term], mentioned: &[Term]) -> Vec<Term> {
        let mut made = Vec::new();
        for (at, a) in looked_up.iter().enumerate() {
            for b in &looked_up[at + 1..] {
                made.push(a.plus(b));
                made.push(if a.value > b.value { a.minus(b) } else { b.minus(a) });
            }
        }
        for sum in mentioned {
            made.extend(self.looked_up.iter().chain(&self.observed).map(|rate| sum.times(*rate)));
            made.extend(self.quantities.iter().map(|count| sum.times(*count)));
        }
        let shares = self.quantities.iter().filter(|count| **count >= 2.0);
        made.extend(shares.flat_map(|count| mentioned.iter().chain(looked_up).map(|sum| sum.over(*count))));
        made
    }

    /// Price times number beside the argument, and sums of columns of the call.
    fn of_the_call(&self, text: bool) -> Vec<Term> {
        let lines = self.products.iter().map(|(a, b)| Term::plain(*a, text).times(*b));
        let columns = self.columns.iter().filter(|column| column.len() > 1).map(|column| Term {
            value: column.iter().sum(),
            shown: text.then(|| column.iter().map(|value| show(*value)).collect::<Vec<_>>().join(" + ")),
        });
        lines.chain(columns).collect()
    }
}

fn terms(values: &[f64], text: bool) -> Vec<Term> {
    values.iter().map(|value| Term::plain(*value, text)).collect()
}

fn fitting(terms: &[Term], target: f64) -> Option<String> {
    terms.iter().find(|term| same(term.value, target)).map(|term| term.shown.clone().unwrap_or_default())
}

/// One sum less another.
fn differences(sums: &[Term]) -> Vec<Term> {
    let sums = &sums[..sums.len().min(12)];
    sums.iter().flat_map(|a| sums.iter().filter(|b| a.value > b.value).map(|b| a.minus(b))).collect()
}

/// A computation with two or three of these numbers, for values that need no strict proof.
pub fn any_of(numbers: &[f64], target: f64) -> Option<String> {
    if !target.is_finite() || target == 0.0 {
        return None;
    }
    for (at, a) in numbers.iter().enumerate() {
        for b in &numbers[at + 1..] {
            // To add nothing, or to multiply by one, computes nothing.
            if *a == 0.0 || *b == 0.0 {
                continue;
            }
            let neutral = *a == 1.0 || *b == 1.0;
            let made = [
                (a + b, '+', a, b),
                (a - b, '-', a, b),
                (b - a, '-', b, a),
                (a * b, 'x', a, b),
                (a / b, '/', a, b),
                (b / a, '/', b, a),
            ];
            let fits = |(value, sign, ..): &&(f64, char, &f64, &f64)| {
                same(*value, target) && !(neutral && matches!(sign, 'x' | '/'))
            };
            if let Some((_, sign, a, b)) = made.iter().find(fits) {
                return Some(format!("{} {sign} {}", show(**a), show(**b)));
            }
        }
    }
    sum_of(&numbers[..numbers.len().min(14)], target)
}

/// Three or more of these numbers that add up to the target.
fn sum_of(numbers: &[f64], target: f64) -> Option<String> {
    for set in 0u32..1 << numbers.len() {
        if !(3..=6).contains(&set.count_ones()) {
            continue;
        }
        let chosen = numbers.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, value)| *value);
        if same(chosen.clone().sum(), target) {
            return Some(chosen.map(show).collect::<Vec<_>>().join(" + "));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_and_what_is_left() {
        let operands = Operands {
            groups: vec![vec![152.0, 103.0], vec![400.0]],
            siblings: vec![250.0],
            lengths: vec![2.0],
            counts: vec![3.0],
            rates: vec![50.0, 30.0],
            observed_lengths: vec![11.0],
            said: vec![80.5],
            percents: vec![10.0],
            quantities: vec![10.0],
            looked_up: vec![220.34, 42.5],
            observed: vec![11.42],
            mentioned: vec![250.0],
            products: vec![(3.0, 12.5)],
            columns: vec![vec![37.5, 16.0]],
        };
        for (target, expected) in [
            (255.0, Some("(152 + 103)")),
            (510.0, Some("(152 + 103) x 2")),
            (5.0, Some("(152 + 103) - 250")),
            (405.0, Some("(152 + 103) + 50 x 3")),
            (145.0, Some("400 - (152 + 103)")),
            (8.05, Some("10% of 80.5")),
            (177.84, Some("220.34 - 42.5")),
            (2855.0, Some("250 x 11.42")),
            (37.5, Some("3 x 12.5")),
            (53.5, Some("37.5 + 16")),
            (330.0, Some("30 x 11")),
            (2203.4, Some("220.34 x 10")),
            (317.0, None),
            (0.0, None),
        ] {
            assert_eq!(operands.explain(target).as_deref(), expected, "{target}");
        }
    }

    #[test]
    fn loose_computations() {
        assert_eq!(any_of(&[50.0, 5.0], 45.0).as_deref(), Some("50 - 5"));
        assert_eq!(any_of(&[1.0, 20.0, 300.0, 7.0], 328.0).as_deref(), Some("1 + 20 + 300 + 7"));
        assert_eq!(any_of(&[2.0, 3.0], 100.0), None);
        assert_eq!(any_of(&[0.0, 3.0], f64::INFINITY), None);
    }
}
