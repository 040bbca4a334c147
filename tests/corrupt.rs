//! How many corruptions the real data gives, by corpus, family and witness; and that each is one.

mod common;

use std::collections::BTreeMap;

use common::corpus;
use gemproof::corrupt::{Donors, Family, Witness, corrupt};
use gemproof::trajectory::{Answer, Trajectory};

/// Corruptions with a witness in the trajectory and without, by family.
fn made(path: &str) -> Option<BTreeMap<Family, [usize; 2]>> {
    let corpus = corpus(path)?;
    let donors = Donors::new(corpus.iter().map(|(trajectory, exchanges)| (trajectory, &exchanges[..])));
    let mut counts = BTreeMap::new();
    let show = std::env::var_os("GEMPROOF_SHOW").is_some();
    for family in Family::ALL {
        for (trajectory, exchanges) in &corpus {
            for corrupted in corrupt(trajectory, exchanges, &donors, family, 1, 2) {
                let corruption = &corrupted.corruption;
                assert!(differs(&corrupted.trajectory, trajectory), "{}: {corruption:?}", trajectory.id);
                let counted: &mut [usize; 2] = counts.entry(family).or_default();
                match corruption.witness {
                    Witness::Message(at) => {
                        assert!(at < exchanges.len(), "{}: {corruption:?}", trajectory.id);
                        counted[0] += 1;
                    }
                    Witness::World => counted[1] += 1,
                }
                if show {
                    let (name, what) = (family.name(), &corruption.what);
                    println!("{path} {} {name} {:?} {what}", trajectory.id, corruption.witness);
                }
            }
        }
    }
    for (family, [message, world]) in &counts {
        println!("{path:32} {:16} {message:5} by a message {world:5} by the world", family.name());
    }
    Some(counts)
}

/// Whether two trajectories say something else.
fn differs(a: &Trajectory, b: &Trajectory) -> bool {
    let says = |x: &str, y: &str| Answer::read(x).value != Answer::read(y).value;
    a.messages.len() != b.messages.len()
        || a.calls() != b.calls()
        || a.messages.iter().zip(&b.messages).any(|(a, b)| says(&a.content, &b.content))
}

#[test]
fn corruptions_are_made_of_real_data() {
    for path in [
        "bfcl/base.jsonl",
        "apibank/trajectories.jsonl",
        "tooltalk/trajectories.jsonl",
        "toolalpaca/trajectories.jsonl",
    ] {
        made(path);
    }
    // Of each the fewest with a witness in the trajectory, and the fewest of all.
    let airline = [
        (Family::RepeatedRead, 5, 5),
        (Family::OtherAnswer, 100, 100),
        (Family::EchoedArgument, 100, 100),
        (Family::FieldOfEntity, 40, 40),
        (Family::RefusalTurned, 5, 20),
        (Family::SuccessTurned, 0, 40),
        (Family::PureAnswer, 1, 40),
        (Family::ShapeDrift, 0, 100),
        (Family::RepeatedId, 1, 1),
    ];
    let retail = [
        (Family::RepeatedRead, 2, 2),
        (Family::StaleRead, 5, 5),
        (Family::LostWrite, 1, 1),
        (Family::OtherAnswer, 100, 100),
        (Family::EchoedArgument, 100, 100),
        (Family::FieldOfEntity, 10, 10),
        (Family::SuccessTurned, 0, 40),
        (Family::PureAnswer, 0, 2),
        (Family::ShapeDrift, 0, 100),
    ];
    for (path, wanted) in [("tau1-airline/trajectories.jsonl", airline), ("tau2-retail/trajectories.jsonl", retail)] {
        let Some(counts) = made(path) else { continue };
        for (family, witnessed, all) in wanted {
            let [message, world] = counts.get(&family).copied().unwrap_or_default();
            assert!(message >= witnessed && message + world >= all, "{path}: {family:?} {message} {world}");
        }
    }
}
