//! Bytes as an input file, in whatever format they are taken for: nothing panics, and nothing is lost.

use std::io::{Cursor, Read};
use std::sync::OnceLock;

use base64::Engine as _;
use gemproof::diagnostic::{Code, Level};
use gemproof::emit::record_line;
use gemproof::ingest::{Input, Records};
use gemproof::verdict::Judge;
use serde_json::Value;

pub fn run(data: &[u8]) {
    static JUDGE: OnceLock<Judge> = OnceLock::new();
    let judge = JUDGE.get_or_init(|| Judge { asked: vec![Level::Formed, Level::Grounded], ..Judge::default() });
    let open = || Input::from_reader("fuzz", Box::new(Cursor::new(data.to_vec())), None);
    let Ok(input) = open() else { return };
    // What the records must cover: the input as it is read, up to where it breaks off.
    let mut whole = Vec::new();
    let _ = open().expect("it was opened before").reader.take(4 << 20).read_to_end(&mut whole);
    if whole.len() == 4 << 20 {
        return; // A bomb: its size is no defect.
    }
    let mut covered = 0;
    for record in Records::new(input) {
        let start = if record.bytes.is_empty() { covered } else { record.origin.byte as usize };
        assert!(start >= covered, "records overlap: {start} after {covered}");
        assert!(between(&whole[covered..start]), "between records: {:?}", &whole[covered..start]);
        assert_eq!(&whole[start..start + record.bytes.len()], record.bytes, "a record as it stands");
        covered = start + record.bytes.len();
        written(judge, record);
    }
    assert!(between(&whole[covered..]), "after the last record: {:?}", &whole[covered..]);
}

/// What may stand between records.
fn between(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_whitespace() || b",[]".contains(b))
}

/// Judges a record and reads the line that is written of it.
fn written(judge: &Judge, record: gemproof::ingest::Record) {
    let judged = judge.judge(record, None);
    assert!(judged.report.diagnostics.iter().all(|found| found.code != Code::InternalError), "{:?}", judged.report);
    let line = record_line(&judged);
    let line = line.strip_suffix(b"\n").expect("a line ends with its break");
    assert!(!line.contains(&b'\n'), "one record is one line");
    // What JSON readers disagree on (lone surrogates, numbers beyond all bounds) is passed on byte by byte.
    let Ok(written) = serde_json::from_slice::<Value>(line) else {
        assert!(serde_json::from_slice::<Value>(&judged.record.bytes).is_err(), "JSON became something else");
        return;
    };
    assert_eq!(written["id"], Value::String(judged.report.id.clone()));
    assert!(written["gemproof"]["verdict"].is_string());
    match &judged.readable {
        Some(readable) if readable.format.is_json() => {
            let mut before: Value = serde_json::from_slice(&judged.record.bytes).expect("a record of JSON");
            let mut after = written;
            for value in [&mut before, &mut after] {
                let members = value.as_object_mut().expect("a record is an object");
                members.remove("gemproof");
                members.remove("id");
            }
            assert_eq!(before, after, "a record leaves as it came");
        }
        Some(_) => assert!(written["messages"].is_array()),
        None => match std::str::from_utf8(&judged.record.bytes) {
            Ok(text) => assert_eq!(written["raw"], Value::String(text.to_owned())),
            Err(_) => {
                let kept = written["raw_base64"].as_str().expect("bytes that are no text are kept");
                let kept = base64::engine::general_purpose::STANDARD.decode(kept).expect("base64");
                assert_eq!(kept, judged.record.bytes);
            }
        },
    }
}
