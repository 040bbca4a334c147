//! Limits in plain words: the showcase of GEM breaks its own, truly executed runs contradict none.

mod common;

use std::path::Path;

use common::{data, env_dir};
use gemproof::consistent::limits::{Bound, Breach, Source, Witness, breaches};
use gemproof::ingest::{Input, Records};
use gemproof::trajectory::{Answer, Exchange, Trajectory, pair};
use gemproof::verdict::Judge;

/// Everything of one trajectory that a breach points into.
struct Found {
    trajectory: Trajectory,
    exchanges: Vec<Exchange>,
    breaches: Vec<Breach>,
}

fn of_file(path: &Path) -> Vec<Found> {
    of_changed(path, |_| ())
}

/// What is found in the trajectories of a file after a change to each.
fn of_changed(path: &Path, change: impl Fn(&mut Trajectory)) -> Vec<Found> {
    let judge = Judge::default();
    let input = Input::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let readable = Records::new(input).filter_map(|record| judge.judge(record, None).readable);
    let found = readable.map(|readable| {
        let mut trajectory = readable.trajectory;
        change(&mut trajectory);
        let exchanges = pair(&trajectory).exchanges;
        let read = |e: &Exchange| e.answer.map(|at| Answer::read(&trajectory.messages[at].content));
        let answers: Vec<Option<Answer>> = exchanges.iter().map(read).collect();
        let breaches = breaches(&trajectory, &exchanges, &answers, trajectory.tools.as_deref());
        Found { trajectory, exchanges, breaches }
    });
    found.collect()
}

#[test]
fn the_showcase_of_gem_accepts_what_it_refused() {
    for file in ["trajectory.openai.jsonl", "trajectory.hermes.jsonl", "trajectory.gem.txt"] {
        let Some(path) = data(&format!("gem-showcase/{file}")) else { return };
        let [found] = &of_file(&path)[..] else { panic!("{file}: one record") };
        let answered = |exchange: usize| found.exchanges[exchange].answer.expect("each call is answered");
        let index = |message: usize| found.trajectory.messages[message].index;

        let first = found.breaches.first().unwrap_or_else(|| panic!("{file}: no breach"));
        assert_eq!(index(answered(first.exchange)), 17, "{file}");
        assert_eq!(first.limit.bound, Bound::Dimensions { max: [60.0, 70.0] }, "{file}");
        assert!(matches!(first.limit.source, Source::System(_)), "{file}");
        assert_eq!(first.values, [("/frame_width".into(), 54.0), ("/frame_height".into(), 74.0)], "{file}");
        assert_eq!(first.message, "54 x 74 was accepted, the limit is 60 x 70", "{file}");
        let [Witness::Refusal { exchange }, Witness::Statement { message, span }] = &first.witnesses[..] else {
            panic!("{file}: {:?}", first.witnesses)
        };
        assert_eq!((index(answered(*exchange)), index(*message)), (11, 12), "{file}");
        assert_eq!(&found.trajectory.messages[*message].content[span.clone()], "limited to 60x70cm", "{file}");

        // The price and the order follow from it.
        let answers: Vec<usize> = found.breaches.iter().map(|breach| index(answered(breach.exchange))).collect();
        assert_eq!(answers, [17, 19, 23], "{file}");
        let stated = |breach: &Breach| matches!(breach.witnesses[..], [Witness::Statement { .. }]);
        assert!(found.breaches[1..].iter().all(stated), "{file}");
    }
}

/// Records, and breaches without and with a witness.
fn measured(name: &str) -> Option<(usize, usize, usize)> {
    Some(of_records(name, &of_file(&data(name)?)))
}

fn of_records(name: &str, found: &[Found]) -> (usize, usize, usize) {
    let (mut alone, mut witnessed) = (0, 0);
    for Found { trajectory, breaches, .. } in found {
        for breach in breaches {
            eprintln!("{name} {}: {} {:?} {:?}", trajectory.id, breach.message, breach.limit, breach.witnesses);
        }
        let with = breaches.iter().filter(|breach| !breach.witnesses.is_empty()).count();
        witnessed += with;
        alone += breaches.len() - with;
    }
    (found.len(), alone, witnessed)
}

#[test]
fn executed_runs_contradict_no_limit() {
    for name in [
        "tau1-airline/trajectories.jsonl",
        "tau2-retail/trajectories.jsonl",
        "bfcl/base.jsonl",
        "bfcl/miss_param.jsonl",
        "apibank/trajectories.jsonl",
        "tooltalk/trajectories.jsonl",
        "toolalpaca/trajectories.jsonl",
    ] {
        let Some((records, alone, witnessed)) = measured(name) else { return };
        assert!(records > 0, "{name}");
        // Also none without a witness: the agents kept to their policies where these can be read.
        assert_eq!((alone, witnessed), (0, 0), "{name}");
    }
}

#[test]
fn runs_of_our_environments_contradict_no_limit() {
    for name in ["frame-studio", "city-library"] {
        let found = of_file(&env_dir(name).join("trajectories/good.jsonl"));
        let (records, alone, witnessed) = of_records(name, &found);
        assert!(records > 0, "{name}");
        assert_eq!((alone, witnessed), (0, 0), "{name}");
    }
}

#[test]
fn glass_that_is_too_large_is_noticed() {
    let found = of_file(&env_dir("frame-studio").join("trajectories/broken.jsonl"));
    let found = found.iter().find(|found| found.trajectory.id == "studio-broken-glass-too-large").expect("it is there");
    let [breach] = &found.breaches[..] else { panic!("{:?}", found.breaches) };
    assert_eq!(breach.message, "54 x 74 was accepted, the limit is 60 x 70");
    assert!(matches!(breach.limit.source, Source::System(_)));
}

/// What these runs keep by luck is not overlooked where they do not.
#[test]
fn a_sixth_passenger_is_noticed() {
    let Some(path) = data("tau1-airline/trajectories.jsonl") else { return };
    let found = of_changed(&path, |trajectory| {
        for call in trajectory.messages.iter_mut().flat_map(|message| &mut message.calls) {
            let Ok(arguments) = &mut call.arguments.value else { continue };
            if let Some(passengers) = arguments.get_mut("passengers").and_then(|list| list.as_array_mut())
                && call.name == "book_reservation"
                && let Some(first) = passengers.first().cloned()
            {
                passengers.resize(6, first);
            }
        }
    });
    let booked = |found: &Found| {
        let answers = found.exchanges.iter().filter(|exchange| {
            let call = &found.trajectory.messages[exchange.message].calls[exchange.call];
            let refused = |at: usize| Answer::read(&found.trajectory.messages[at].content).refused;
            call.name == "book_reservation" && exchange.answer.is_some_and(|at| !refused(at))
        });
        answers.count()
    };
    let bookings: usize = found.iter().map(booked).sum();
    let breaches: Vec<&Breach> = found.iter().flat_map(|found| &found.breaches).collect();
    let told = breaches.iter().filter(|breach| breach.message == "6 passengers were accepted, the limit is 5").count();
    assert_eq!((bookings, told, breaches.len()), (23, 23, 23));
    // Where the assistant repeats the policy.
    assert_eq!(breaches.iter().filter(|breach| !breach.witnesses.is_empty()).count(), 2);
}
