//! Cutting a stream into records: lines of JSONL, elements of a JSON array, documents of a tag format.

use std::io::{self, BufRead};
use std::sync::{Arc, Mutex};

use memchr::{memchr, memchr2, memchr3, memmem};

use super::{Input, Origin};
use crate::diagnostic::{Code, Diagnostic};

/// A record larger than this is not read: it is reported with its position and its start.
pub const RECORD_BYTES_MAX: usize = 64 << 20;
/// How much is kept of a record that is too large.
const KEPT_BYTES: usize = 4_096;
/// How much of a stream is looked at to tell its framing.
const SNIFF_BYTES: usize = 1 << 16;

/// The text of one record and where it stood.
#[derive(Clone, Debug)]
pub struct Record {
    pub origin: Origin,
    pub bytes: Vec<u8>,
    /// Why it cannot be read, if the stream says so already.
    pub problem: Option<Diagnostic>,
}

/// Buffers of records that are done with, for those to come: a corpus goes through the same memory again and again.
#[derive(Debug, Default)]
pub struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// Buffers that are kept, and bytes of each at most.
    const KEPT: usize = 256;
    const BYTES_MAX: usize = 1 << 18;

    /// Takes back the buffer of a record.
    pub fn give(&self, bytes: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if kept.len() < Spare::KEPT && bytes.capacity() <= Spare::BYTES_MAX {
            kept.push(bytes);
        }
    }

    /// An empty buffer.
    fn take(&self) -> Vec<u8> {
        let mut bytes = self.0.lock().unwrap_or_else(|e| e.into_inner()).pop().unwrap_or_default();
        bytes.clear();
        bytes
    }
}

/// A line with its break, as far as it is kept, and its whole length in bytes.
type Line = (Vec<u8>, u64);

/// How records follow each other in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// One JSON value on each line.
    Lines,
    /// JSON values one after another, over any number of lines, alone or in one array.
    Values,
    /// Documents of the GEM tag format.
    Tags,
}

/// The records of an input, in order.
pub struct Records {
    input: Input,
    framing: Option<Framing>,
    line: u64,
    byte: u64,
    /// A line that was read and belongs to the next record.
    ahead: Option<Vec<u8>>,
    done: bool,
    /// Bytes of the line before.
    typical: usize,
    spare: Arc<Spare>,
}

impl Records {
    pub fn new(input: Input) -> Records {
        Records::reusing(input, Arc::default())
    }

    /// Records in buffers that are given back.
    pub fn reusing(input: Input, spare: Arc<Spare>) -> Records {
        Records { input, framing: None, line: 1, byte: 0, ahead: None, done: false, typical: 0, spare }
    }

    pub fn input(&self) -> &Input {
        &self.input
    }

    fn origin(&self) -> Origin {
        Origin { file: Arc::clone(&self.input.name), line: self.line, byte: self.byte }
    }

    /// A record for the rest of a stream that broke off.
    fn broken(&mut self, origin: Origin, bytes: Vec<u8>, error: &io::Error) -> Record {
        self.done = true;
        let read = origin.byte + bytes.len() as u64;
        let message = format!("the input ends in an error after byte {read} (decompressed): {error}");
        let help = "the file is damaged or was cut off; the records before this one were read";
        let problem = Some(Diagnostic::new(Code::UnreadableInput, "", message).help(help));
        Record { origin, bytes, problem }
    }

    /// Reads up to and with the next newline. Beyond [`RECORD_BYTES_MAX`] bytes are counted but not kept.
    fn read_line(&mut self) -> Result<Option<Line>, (Vec<u8>, io::Error)> {
        // As long as the last one: records of a corpus are of a size.
        let mut line = self.spare.take();
        line.reserve(self.typical);
        let mut len = 0u64;
        loop {
            let chunk = match self.input.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err((line, e)),
            };
            if chunk.is_empty() {
                return Ok((len > 0).then_some((line, len)));
            }
            let (used, ends) = memchr(b'\n', chunk).map_or((chunk.len(), false), |at| (at + 1, true));
            let room = (RECORD_BYTES_MAX + 1).saturating_sub(line.len()).min(used);
            line.extend_from_slice(&chunk[..room]);
            len += used as u64;
            self.input.reader.consume(used);
            if ends {
                self.typical = line.len().min(1 << 20);
                return Ok(Some((line, len)));
            }
        }
    }

    fn next_line_record(&mut self) -> Option<Record> {
        loop {
            let origin = self.origin();
            let (mut bytes, len) = match self.read_line() {
                Ok(None) => return None,
                Ok(Some(read)) => read,
                Err((bytes, error)) => return Some(self.broken(origin, bytes, &error)),
            };
            self.line += 1;
            self.byte += len;
            if len > RECORD_BYTES_MAX as u64 {
                return Some(too_large(origin, bytes, len));
            }
            while bytes.last().is_some_and(u8::is_ascii_whitespace) {
                bytes.pop();
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                return Some(Record { origin, bytes, problem: None });
            }
        }
    }

    /// One JSON value by its brackets, wherever lines end. Between values, `,`, `[` and `]` of an array around them are passed over.
    fn next_value_record(&mut self) -> Option<Record> {
        let mut bytes = Vec::new();
        let mut len = 0u64;
        let mut origin = self.origin();
        let (mut depth, mut in_text, mut escaped, mut started) = (0u32, false, false, false);
        loop {
            let chunk = match self.input.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Some(self.broken(origin, bytes, &e)),
            };
            if chunk.is_empty() {
                self.done = true;
                return started.then(|| {
                    let message = "the input ends in the middle of a record";
                    let problem = Some(Diagnostic::new(Code::UnreadableInput, "", message));
                    Record { origin, bytes, problem }
                });
            }
            let mut used = 0;
            let mut complete = false;
            while used < chunk.len() {
                if !started {
                    match chunk[used] {
                        b'\n' => self.line += 1,
                        b'{' | b'"' => {
                            started = true;
                            origin = Origin {
                                file: Arc::clone(&self.input.name),
                                line: self.line,
                                byte: self.byte + used as u64,
                            };
                            continue;
                        }
                        b' ' | b'\t' | b'\r' | b',' | b'[' | b']' => {}
                        _ => {
                            // Not the start of a record: take the line as one, so that it is reported.
                            let end = memchr(b'\n', &chunk[used..]).map_or(chunk.len(), |at| used + at);
                            let bytes = chunk[used..end].to_vec();
                            let origin = Origin {
                                file: Arc::clone(&self.input.name),
                                line: self.line,
                                byte: self.byte + used as u64,
                            };
                            self.input.reader.consume(end);
                            self.byte += end as u64;
                            return Some(Record { origin, bytes, problem: None });
                        }
                    }
                    used += 1;
                    continue;
                }
                let rest = &chunk[used..];
                let step = if escaped {
                    escaped = false;
                    1
                } else if in_text {
                    match memchr3(b'"', b'\\', b'\n', rest) {
                        Some(at) => {
                            match rest[at] {
                                b'"' => in_text = false,
                                b'\\' => escaped = true,
                                _ => self.line += 1,
                            }
                            at + 1
                        }
                        None => rest.len(),
                    }
                } else {
                    match rest[0] {
                        b'"' => in_text = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        b'\n' => self.line += 1,
                        _ => {}
                    }
                    1
                };
                let room = (RECORD_BYTES_MAX + 1).saturating_sub(bytes.len()).min(step);
                bytes.extend_from_slice(&rest[..room]);
                len += step as u64;
                used += step;
                if depth == 0 && !in_text && !escaped {
                    complete = true;
                    break;
                }
            }
            self.input.reader.consume(used);
            self.byte += used as u64;
            if complete {
                if len > RECORD_BYTES_MAX as u64 {
                    return Some(too_large(origin, bytes, len));
                }
                return Some(Record { origin, bytes, problem: None });
            }
        }
    }

    /// One document of the GEM tag format: it starts with `<toolsets>`, or with a `<system>` where it has one already.
    fn next_tag_record(&mut self) -> Option<Record> {
        let mut origin = self.origin();
        let mut bytes: Vec<u8> = Vec::new();
        let mut len = 0u64;
        let mut has_system = false;
        loop {
            let (line, line_len) = match self.ahead.take() {
                Some(line) => {
                    let len = line.len() as u64;
                    (line, len)
                }
                None => match self.read_line() {
                    Ok(Some(read)) => read,
                    Ok(None) => {
                        self.done = true;
                        break;
                    }
                    Err((line, error)) => {
                        bytes.extend(line);
                        return Some(self.broken(origin, bytes, &error));
                    }
                },
            };
            let start = line.trim_ascii_start();
            let blank = bytes.iter().all(u8::is_ascii_whitespace);
            let starts_another = start.starts_with(b"<toolsets>") || (start.starts_with(b"<system>") && has_system);
            if starts_another && !blank {
                self.ahead = Some(line);
                break;
            }
            if blank && start.is_empty() {
                self.line += 1;
                self.byte += line_len;
                bytes.clear();
                origin = self.origin();
                continue;
            }
            has_system |= start.starts_with(b"<system>");
            self.line += 1;
            self.byte += line_len;
            len += line_len;
            let room = (RECORD_BYTES_MAX + 1).saturating_sub(bytes.len()).min(line.len());
            bytes.extend_from_slice(&line[..room]);
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        if len > RECORD_BYTES_MAX as u64 {
            return Some(too_large(origin, bytes, len));
        }
        Some(Record { origin, bytes, problem: None })
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.done {
            return None;
        }
        let framing = match self.framing {
            Some(framing) => framing,
            None => match self.input.reader.fill_buf() {
                Ok(start) => {
                    let framing = tell(&start[..start.len().min(SNIFF_BYTES)]);
                    *self.framing.insert(framing)
                }
                Err(error) => {
                    let origin = self.origin();
                    return Some(self.broken(origin, Vec::new(), &error));
                }
            },
        };
        match framing {
            Framing::Lines => self.next_line_record(),
            Framing::Values => self.next_value_record(),
            Framing::Tags => self.next_tag_record(),
        }
    }
}

/// Tells the framing by the start of a stream.
fn tell(start: &[u8]) -> Framing {
    let text = start.trim_ascii_start();
    let first_line = &text[..memchr2(b'\n', b'\r', text).unwrap_or(text.len())];
    match text.first() {
        Some(b'<') => Framing::Tags,
        Some(b'[') => Framing::Values,
        // An object that goes on after its first line.
        Some(b'{') if first_line.len() < text.len() && !closes(first_line) => Framing::Values,
        _ => Framing::Lines,
    }
}

/// Whether the brackets of a line are balanced. A damaged line of JSONL may not be; then a brace starts the next line.
fn closes(line: &[u8]) -> bool {
    if line.len() > 2 && memmem::find(line, b"\":").is_some() {
        // More than an opening brace stands on the line: it is meant to be a record.
        return !matches!(line.trim_ascii_end().last(), Some(b',' | b'{' | b'['));
    }
    line.trim_ascii_end().last() == Some(&b'}')
}

fn too_large(origin: Origin, mut bytes: Vec<u8>, len: u64) -> Record {
    bytes.truncate(KEPT_BYTES);
    bytes.shrink_to_fit();
    let message = format!("the record has {len} bytes, at most {RECORD_BYTES_MAX} are read; its start is kept");
    let help = "split the record, or remove what does not belong to the trajectory (images, logs)";
    let problem = Some(Diagnostic::new(Code::InvalidRecord, "", message).help(help));
    Record { origin, bytes, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(String, u64, u64)> {
        let input = Input::from_reader("x", Box::new(io::Cursor::new(text.as_bytes().to_vec())), None).unwrap();
        let records = Records::new(input);
        records.map(|r| (String::from_utf8(r.bytes).unwrap(), r.origin.line, r.origin.byte)).collect()
    }

    fn own(items: &[(&str, u64, u64)]) -> Vec<(String, u64, u64)> {
        items.iter().map(|(text, line, byte)| (text.to_string(), *line, *byte)).collect()
    }

    #[test]
    fn lines() {
        assert_eq!(
            cut("{\"a\":1}\n\n  \r\n{\"b\":2}\r\n{"),
            own(&[("{\"a\":1}", 1, 0), ("{\"b\":2}", 4, 13), ("{", 5, 22)])
        );
        assert_eq!(cut(""), own(&[]));
        assert_eq!(cut("\n\n"), own(&[]));
        assert_eq!(cut("garbage\n{\"a\":1}\n"), own(&[("garbage", 1, 0), ("{\"a\":1}", 2, 8)]));
    }

    #[test]
    fn arrays_and_documents_over_several_lines() {
        assert_eq!(
            cut("[\n {\"a\": \"]}\\\"{\"},\n {\"b\":\n [1]}\n]\n"),
            own(&[("{\"a\": \"]}\\\"{\"}", 2, 3), ("{\"b\":\n [1]}", 3, 20)])
        );
        assert_eq!(cut("{\n \"a\": {}\n}\n{\n}"), own(&[("{\n \"a\": {}\n}", 1, 0), ("{\n}", 4, 13)]));
        assert_eq!(cut("[{\"a\":"), own(&[("{\"a\":", 1, 1)]));
    }

    #[test]
    fn tag_documents() {
        assert_eq!(
            cut("\n<toolsets>\n[]\n</toolsets>\n<system>\ns\n</system>\n<toolsets>[]</toolsets>\n<user>u</user>\n"),
            own(&[
                ("<toolsets>\n[]\n</toolsets>\n<system>\ns\n</system>\n", 2, 1),
                ("<toolsets>[]</toolsets>\n<user>u</user>\n", 8, 48)
            ])
        );
        assert_eq!(cut("<system>\na\n</system>\n<user>b</user>\n<system>\nc\n</system>\n").len(), 2);
    }
}
