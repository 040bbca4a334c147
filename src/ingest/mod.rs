//! Reading: files into records, records into trajectories.
//!
//! [`source`] opens and decompresses, [`framing`] cuts a stream into records, a format in [`formats`] reads one record, [`tools`] reads
//! tool definitions. Memory is bounded by the largest record, not by the file.
//!
//! **Invariant.** Nothing is lost: what cannot be read comes out as an [`Unreadable`] with its position and its text.

pub mod formats;
mod framing;
mod shelf;
mod source;
pub mod tools;

use std::sync::Arc;

pub use formats::{FORMATS, Format};
pub use framing::{Record, Records, Spare};
pub use shelf::ToolShelf;
pub use source::{Input, InputError};

use crate::diagnostic::{Code, Diagnostic};
use crate::trajectory::Trajectory;

/// Where a record came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file as the user named it; `-` is standard input.
    pub file: Arc<str>,
    /// The line on which the record starts, from 1.
    pub line: u64,
    /// The byte at which it starts, from 0, after decompression.
    pub byte: u64,
}

/// A record that became a trajectory.
#[derive(Clone, Debug)]
pub struct Readable {
    pub trajectory: Trajectory,
    /// Findings of the format: normalisations, markup.
    pub diagnostics: Vec<Diagnostic>,
    pub format: &'static dyn Format,
    /// Whether the record has an id of its own.
    pub own_id: bool,
    /// Whether the record already carries a `gemproof` key, to be replaced.
    pub judged_before: bool,
}

/// A record that did not.
#[derive(Clone, Debug)]
pub struct Unreadable {
    pub diagnostic: Box<Diagnostic>,
}

/// Reads one record: as `hint`, or as whatever format recognises it.
///
/// # Errors
/// [`Unreadable`] with what is wrong and where.
pub fn read(record: &Record, hint: Option<&'static dyn Format>, shelf: &ToolShelf) -> Result<Readable, Unreadable> {
    if let Some(problem) = &record.problem {
        return Err(Unreadable { diagnostic: Box::new(problem.clone()) });
    }
    let text = match std::str::from_utf8(&record.bytes) {
        Ok(text) => text,
        Err(e) => {
            let byte = e.valid_up_to();
            let message = format!(
                "byte {byte} of the record (byte {} of the input) is not UTF-8",
                record.origin.byte + byte as u64
            );
            let help = "re-encode the file as UTF-8";
            return Err(Unreadable {
                diagnostic: Box::new(Diagnostic::new(Code::InvalidRecord, "", message).help(help)),
            });
        }
    };
    let mut first = None;
    // Recognising parses the record once more: only where the hint is missing or wrong.
    let others = std::iter::once_with(|| formats::recognise(text)).flatten();
    for format in hint.into_iter().chain(others) {
        match format.read(text, &record.origin, shelf) {
            Ok(readable) => return Ok(readable),
            Err(formats::ReadError::OtherFormat) => {}
            Err(formats::ReadError::Broken(diagnostic)) => {
                first.get_or_insert(diagnostic);
                if hint.is_none() {
                    break;
                }
            }
        }
    }
    let diagnostic = first.unwrap_or_else(|| Box::new(formats::unrecognised(text)));
    Err(Unreadable { diagnostic })
}
