//! Level `consistent` on real data: truly executed runs are not rejected, corrupted copies are.
//!
//! Figures: `cargo test --release --test consistent -- --nocapture`.

mod common;

use std::collections::BTreeMap;

use common::{EXECUTED, Run, corpus, mine, with_exchanges};
use gemproof::consistent;
use gemproof::corrupt::{Corrupted, Donors, Family, Witness, corrupt};
use gemproof::diagnostic::Severity;
use gemproof::mine::Model;

/// What is said against a run.
fn errors(model: &Model, (trajectory, exchanges): &Run) -> Vec<String> {
    let checked = consistent::check(model, trajectory, exchanges, None, false);
    let errors = checked.diagnostics.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| format!("{}: {}", diagnostic.code.name(), diagnostic.message)).collect()
}

/// The two halves of a corpus: even records and odd ones.
fn halves(runs: &[Run]) -> [Vec<&Run>; 2] {
    let half = |side: usize| runs.iter().skip(side).step_by(2).collect();
    [half(0), half(1)]
}

#[test]
fn executed_runs_are_not_rejected() {
    for (name, path) in EXECUTED {
        let Some(runs) = corpus(path) else { return };
        let model = mine(runs.iter());
        let mut own = 0;
        for run in &runs {
            let errors = errors(&model, run);
            own += usize::from(!errors.is_empty());
            if let Some(first) = errors.first() {
                println!("{name} own {} {first}", run.0.id);
            }
        }
        let mut held_out = 0;
        let [a, b] = halves(&runs);
        for (taught, judged) in [(&a, &b), (&b, &a)] {
            let model = mine(taught.iter().copied());
            for run in judged {
                let errors = errors(&model, run);
                held_out += usize::from(!errors.is_empty());
                if let Some(first) = errors.first() {
                    println!("{name} held out {} {first}", run.0.id);
                }
            }
        }
        println!(
            "{name:10} {:4} runs: {own} rejected by what the same file taught, {held_out} by the other half",
            runs.len()
        );
        assert_eq!(own, 0, "{name}");
        assert!(held_out * 200 <= runs.len(), "{name}: {held_out}");
    }
}

/// Parts of which one is learned from.
const PARTS: usize = 5;

#[test]
fn little_to_learn_from() {
    for (name, path) in [EXECUTED[0], EXECUTED[1], EXECUTED[2]] {
        let Some(runs) = corpus(path) else { return };
        let [mut judged, mut rejected] = [0; 2];
        for part in 0..PARTS {
            let model = mine(runs.iter().skip(part).step_by(PARTS));
            for (_, run) in runs.iter().enumerate().filter(|(at, _)| at % PARTS != part) {
                let errors = errors(&model, run);
                judged += 1;
                rejected += usize::from(!errors.is_empty());
                if let Some(first) = errors.first() {
                    println!("{name} by a fifth {} {first}", run.0.id);
                }
            }
        }
        println!("{name:10} by a fifth: {rejected} of {judged} rejected");
        assert!(rejected * 200 <= judged, "{name}: {rejected} of {judged}");
    }
}

/// Killed and all, by family and by whether a message contradicts the corruption.
type Kills = BTreeMap<(Family, bool), [usize; 2]>;

fn kills(model: &Model, corrupted: &[Corrupted], show: bool) -> Kills {
    let mut kills = Kills::new();
    for Corrupted { trajectory, corruption } in corrupted {
        let run = with_exchanges(trajectory.clone());
        let killed = !errors(model, &run).is_empty();
        let witnessed = matches!(corruption.witness, Witness::Message(_));
        let count = kills.entry((corruption.family, witnessed)).or_default();
        count[0] += usize::from(killed);
        count[1] += 1;
        if show && !killed && witnessed {
            println!("missed {} {:?} {}", trajectory.id, corruption.family, corruption.what);
            let checked = consistent::check(model, &run.0, &run.1, None, false);
            checked.diagnostics.iter().for_each(|found| println!("    warned: {}", found.message));
        }
    }
    kills
}

fn corruptions<'a>(runs: impl Iterator<Item = &'a Run>, donors: &Donors, seed: u64, most: usize) -> Vec<Corrupted> {
    let mut made = Vec::new();
    for (trajectory, exchanges) in runs {
        for family in Family::ALL {
            made.extend(corrupt(trajectory, exchanges, donors, family, seed, most));
        }
    }
    made
}

#[test]
fn corrupted_runs_are_rejected() {
    let mut witnessed = [0, 0];
    for (name, path) in EXECUTED {
        let Some(runs) = corpus(path) else { return };
        let donors = Donors::new(runs.iter().map(|(trajectory, exchanges)| (trajectory, &exchanges[..])));
        let [a, b] = halves(&runs);
        let model = mine(a.iter().copied());
        let made = corruptions(b.iter().copied(), &donors, 1, 2);
        let kills = kills(&model, &made, std::env::var_os("GEMPROOF_SHOW").is_some());
        for ((family, by_message), [killed, all]) in &kills {
            let by = if *by_message { "a message" } else { "the world" };
            println!("{name:10} {:18} known to {by}: {killed:4} of {all:4}", family.name());
            if *by_message {
                assert!(*all < 20 || is_enough([*killed, *all]), "{name} {}", family.name());
                witnessed[0] += killed;
                witnessed[1] += all;
            }
        }
    }
    println!("contradicted by a message: {} of {}", witnessed[0], witnessed[1]);
    assert!(is_enough(witnessed), "{witnessed:?}");
}

/// One in so many trajectories is corrupted.
const CORRUPT_OF: usize = 20;

/// The corruption of a run that a message contradicts, of the first family that has one.
fn one_corruption((trajectory, exchanges): &Run, donors: &Donors, first: usize) -> Option<Corrupted> {
    let families = Family::ALL.iter().cycle().skip(first).take(Family::ALL.len());
    let mut made = families.flat_map(|family| corrupt(trajectory, exchanges, donors, *family, 7, 1));
    made.find(|corrupted| matches!(corrupted.corruption.witness, Witness::Message(_)))
}

#[test]
fn a_corrupt_corpus_teaches_what_is_right() {
    let [mut clean, mut rejected, mut corrupt, mut caught] = [0; 4];
    for (name, path) in [EXECUTED[0], EXECUTED[1], EXECUTED[2]] {
        let Some(runs) = corpus(path) else { return };
        let donors = Donors::new(runs.iter().map(|(trajectory, exchanges)| (trajectory, &exchanges[..])));
        let [mut own_rejected, mut own_corrupt, mut own_caught] = [0; 3];
        for shift in (0..CORRUPT_OF).step_by(4) {
            let mut mixed = runs.clone();
            let mut wrong = Vec::new();
            for at in (shift..runs.len()).step_by(CORRUPT_OF) {
                if let Some(corrupted) = one_corruption(&runs[at], &donors, shift + at / CORRUPT_OF) {
                    mixed[at] = with_exchanges(corrupted.trajectory);
                    wrong.push((at, corrupted.corruption.what));
                }
            }
            let model = mine(mixed.iter());
            for (at, run) in mixed.iter().enumerate() {
                let errors = errors(&model, run);
                match wrong.iter().find(|(of, _)| *of == at) {
                    Some((_, what)) => {
                        own_corrupt += 1;
                        own_caught += usize::from(!errors.is_empty());
                        if errors.is_empty() {
                            println!("{name} not caught: {} {what}", run.0.id);
                        }
                    }
                    None => {
                        clean += 1;
                        own_rejected += usize::from(!errors.is_empty());
                        if let Some(first) = errors.first() {
                            println!("{name} clean {} {first}", run.0.id);
                        }
                    }
                }
            }
        }
        println!("{name:10} corrupt in part: {own_caught} of {own_corrupt} caught, {own_rejected} clean rejected");
        (rejected, corrupt, caught) = (rejected + own_rejected, corrupt + own_corrupt, caught + own_caught);
    }
    println!("{caught} of {corrupt} caught, {rejected} of {clean} clean rejected");
    assert!(rejected * 200 <= clean, "{rejected} of {clean}");
    assert!(caught * 10 >= corrupt * 9, "{caught} of {corrupt}");
}

/// The share of corruptions that must be found: what [`corrupted_runs_are_rejected`] asserts.
fn is_enough([killed, all]: [usize; 2]) -> bool {
    killed * 100 >= all * 95
}

/// A judge that finds nothing must not pass for a good one.
#[test]
fn a_judge_that_knows_nothing_is_noticed() {
    let (_, path) = EXECUTED[0];
    let Some(runs) = corpus(path) else { return };
    let donors = Donors::new(runs.iter().map(|(trajectory, exchanges)| (trajectory, &exchanges[..])));
    let made = corruptions(runs.iter().step_by(5), &donors, 1, 1);
    let all = |kills: &Kills| kills.values().fold([0, 0], |[a, b], [killed, all]| [a + killed, b + all]);
    let witnessed = |kills: Kills| all(&kills.into_iter().filter(|((_, by_message), _)| *by_message).collect());
    let nothing = witnessed(kills(&Model::default(), &made, false));
    let something = witnessed(kills(&mine(runs.iter()), &made, false));
    println!("knows nothing: {nothing:?}, knows the tools: {something:?}");
    assert!(nothing[1] >= 20 && something[1] == nothing[1]);
    assert!(is_enough(something) && !is_enough(nothing), "{nothing:?} {something:?}");
    assert!(nothing[0] * 4 <= nothing[1], "{nothing:?}");
}
