//! The world against a reference model: plain maps that are cloned for each snapshot.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Model = BTreeMap<String, BTreeMap<String, i64>>;

#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8, i64),
    Remove(u8, u8),
    Fork,
    Back,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3u8, 0..40u8, 0..5i64).prop_map(|(t, k, v)| Step::Put(t, k, v)),
        2 => (0..3u8, 0..40u8).prop_map(|(t, k)| Step::Remove(t, k)),
        1 => Just(Step::Fork),
        1 => Just(Step::Back),
    ]
}

fn record(v: i64) -> Json {
    Json::map(vec![(Arc::from("v"), Json::Int(v)), (Arc::from("even"), Json::Bool(v % 2 == 0))])
}

fn state(model: &Model) -> Json {
    let tables = model.iter().map(|(name, records)| {
        let records = records.iter().map(|(key, v)| (Arc::from(key.as_str()), record(*v))).collect();
        (Arc::from(name.as_str()), Json::map(records))
    });
    Json::map(tables.collect())
}

proptest! {
    #[test]
    fn behaves_like_plain_maps(steps in proptest::collection::vec(step(), 0..120)) {
        let tables = ["t0", "t1", "t2"];
        let mut model: Model = tables.iter().map(|t| (t.to_string(), BTreeMap::new())).collect();
        let mut world = World::from_json(&state(&model), Clock::default(), 0).unwrap();
        let start = world.clone();
        let mut kept = vec![(world.clone(), model.clone())];
        world.state_hash();
        for step in steps {
            match step {
                Step::Put(t, k, v) => {
                    world.put(tables[t as usize], &format!("k{k}"), record(v), Size::MAX).unwrap();
                    model.get_mut(tables[t as usize]).unwrap().insert(format!("k{k}"), v);
                }
                Step::Remove(t, k) => {
                    let removed = world.remove(tables[t as usize], &format!("k{k}"));
                    let expected = model.get_mut(tables[t as usize]).unwrap().remove(&format!("k{k}"));
                    prop_assert_eq!(removed, expected.map(record));
                }
                Step::Fork => kept.push((world.clone(), model.clone())),
                Step::Back => (world, model) = kept.last().unwrap().clone(),
            }
        }
        let (before, before_model) = &kept[kept.len() - 1];
        prop_assert_eq!(world.to_json(), state(&model));
        prop_assert_eq!(before.to_json(), state(before_model));
        // The incremental hash is the hash of a world built afresh.
        let fresh = World::from_json(&state(&model), Clock::default(), 0).unwrap();
        prop_assert_eq!(fresh.state_hash(), world.state_hash());
        prop_assert_eq!(world.state_hash() == start.state_hash(), state(&model) == start.to_json());
        // Queries agree with a scan, before and after an index is there.
        for v in 0..5 {
            let condition = Condition::new(vec![("v".into(), Json::Int(v)), ("/even".into(), Json::Bool(v % 2 == 0))]);
            for table in tables {
                let wanted: Vec<&str> = model[table].iter().filter(|(_, x)| **x == v).map(|(k, _)| k.as_str()).collect();
                for _ in 0..3 {
                    let found: Vec<&str> = world.table(table).unwrap().select(&condition).iter().map(|(k, _)| &***k).collect();
                    prop_assert_eq!(&found, &wanted);
                }
            }
        }
        // The changes lead from one to the other.
        let mut patched = before.clone();
        for change in before.changes(&world) {
            let key = change.key.as_deref().unwrap();
            match change.after {
                Some(record) => patched.put(&change.name, key, record, Size::MAX).unwrap(),
                None => drop(patched.remove(&change.name, key)),
            }
        }
        prop_assert_eq!(patched.state_hash(), world.state_hash());
    }
}

#[test]
fn patch_names_what_changed() {
    let state = |text: &str| World::from_json(&serde_json::from_str(text).unwrap(), Clock::default(), 0).unwrap();
    let before = state(r#"{"orders":{"a/1":{"status":"open","n":1},"b":{}},"balance":3}"#);
    let mut after = before.clone();
    after
        .update(
            "orders",
            "a/1",
            Json::map(vec![(Arc::from("status"), Json::text("closed"))]).as_map().unwrap(),
            Size::MAX,
        )
        .unwrap();
    after.remove("orders", "b");
    after.insert("orders", "c", Json::Int(1), Size::MAX).unwrap();
    after.set_value("balance", Json::Int(4), Size::MAX).unwrap();
    after.put("new", "x", Json::Null, Size::MAX).unwrap();
    let patch = serde_json::to_string(&before.patch(&after)).unwrap();
    assert_eq!(
        patch,
        concat!(
            r#"[{"op":"add","path":"/new","value":{}},{"op":"replace","path":"/balance","value":4},{"op":"add","path":"/new/x","value":null},"#,
            r#"{"op":"replace","path":"/orders/a~11/status","value":"closed"},{"op":"remove","path":"/orders/b"},{"op":"add","path":"/orders/c","value":1}]"#
        )
    );
    assert_eq!(before.changes(&before.clone()), []);
    assert_eq!(
        after.insert("orders", "c", Json::Null, Size::MAX),
        Err(WorldError::KeyTaken { table: "orders".into(), key: "c".into() })
    );
    let max = Size { records: 4, nodes: 100 };
    assert_eq!(after.put("orders", "d", Json::Null, max), Err(WorldError::Full(max)));
}

#[test]
fn fresh_ids_are_seeded_forked_and_free() {
    let mut world = World::default();
    let mut fork = world.clone();
    let id = world.fresh_id("orders", "O-##", &mut Vec::new()).unwrap();
    assert_eq!(id, fork.fresh_id("orders", "O-##", &mut Vec::new()).unwrap());
    assert_ne!(world.state_hash(), World::default().state_hash());
    world.put("orders", "O-11", Json::Null, Size::MAX).unwrap();
    // An offered id that is taken or does not fit is passed over.
    let mut offered: Vec<Arc<str>> = vec![Arc::from("O-11"), Arc::from("X"), Arc::from("O-12")];
    assert_eq!(&*world.fresh_id("orders", "O-##", &mut offered).unwrap(), "O-12");
    assert_eq!(offered.len(), 2);
    for n in 0..100 {
        world.put("orders", &format!("O-{n:02}"), Json::Null, Size::MAX).unwrap();
    }
    assert!(world.fresh_id("orders", "O-##", &mut Vec::new()).is_err());
}

/// A world is as large as its JSON, however it came about.
#[test]
fn sizes_are_those_of_the_json() {
    let state = r#"{"orders": {"a": {"v": 1}, "b": [1, 2]}, "balance": 3}"#;
    let mut world = World::from_json(&serde_json::from_str(state).unwrap(), Clock::default(), 0).unwrap();
    let long = "k".repeat(1_000);
    let check = |world: &World| {
        let json = world.to_json();
        assert_eq!(world.size(), World::from_json(&json, Clock::default(), 0).unwrap().size(), "{json}");
    };
    check(&world);
    for _ in 0..3 {
        // The same key again adds nothing.
        world.put("orders", &long, Json::text("a record of two nodes"), Size::MAX).unwrap();
        check(&world);
    }
    world.put(&long, "a", Json::Null, Size::MAX).unwrap();
    check(&world);
    world.set_value("some value", Json::list(vec![Json::Int(1), Json::Int(2)]), Size::MAX).unwrap();
    check(&world);
    // A table takes the place of a value.
    world.put("some value", "a", Json::Int(1), Size::MAX).unwrap();
    check(&world);
    world.remove("orders", &long).unwrap();
    world.remove("some value", "a").unwrap();
    check(&world);
    let full = Size { records: u64::MAX, nodes: world.size().nodes + 40 };
    assert!(world.put(&"t".repeat(2_000), "a", Json::Null, full).is_err(), "the name of a table counts");
}
