//! The output folder: three files of records, a summary, and, while a run is under way, a journal to resume from.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{DataFlow, Summary};
use crate::verdict::Verdict;

const JOURNAL: &str = "progress.json";
/// The folder of the mined environment in an output folder.
pub const ENVIRONMENT: &str = "environment";

/// An output folder that is being written. Lines are buffered and reach the files whole.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    files: [File; 3],
    buffers: [Vec<u8>; 3],
    /// `environment/worlds.jsonl`, where verified trajectories leave with their worlds, and what is to be written there.
    worlds: Option<(File, Vec<u8>)>,
    position: Position,
}

/// How far a run came: what a resumed run starts from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Of the arguments and inputs: another run cannot resume.
    pub fingerprint: String,
    /// Records of the input that are done.
    pub records: u64,
    /// Bytes of the three files that belong to them.
    pub bytes: [u64; 3],
    /// Bytes of `environment/worlds.jsonl`.
    #[serde(default)]
    pub worlds: u64,
    pub summary: Summary,
    /// Where arguments come from, where the run draws that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<DataFlow>,
}

impl Folder {
    /// Starts a run, or goes on with the one that was interrupted here when `resume` is set and there is one.
    ///
    /// # Errors
    /// When the folder cannot be written, or the interrupted run had other arguments.
    pub fn open(dir: &Path, fingerprint: String, resume: bool, worlds: bool) -> io::Result<Folder> {
        fs::create_dir_all(dir)?;
        let journal = dir.join(JOURNAL);
        let mut position = Position { fingerprint, ..Position::default() };
        if resume && journal.exists() {
            let found: Position = serde_json::from_slice(&fs::read(&journal)?).map_err(|e| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{}: {e}; start again without --resume", journal.display()),
                )
            })?;
            if found.fingerprint != position.fingerprint {
                let message =
                    format!("the run that was interrupted in {} had other arguments or inputs", dir.display());
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            position = found;
        }
        let open_at = |path: PathBuf, bytes: u64| -> io::Result<File> {
            let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
            // Whatever was written after the journal is written again.
            file.set_len(bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let open = |at: usize| open_at(dir.join(format!("{}.jsonl", Verdict::ALL[at].name())), position.bytes[at]);
        let files = [open(0)?, open(1)?, open(2)?];
        let worlds = match worlds {
            false => None,
            true => {
                let environment = dir.join(ENVIRONMENT);
                fs::create_dir_all(&environment)?;
                Some((open_at(environment.join("worlds.jsonl"), position.worlds)?, Vec::new()))
            }
        };
        let folder = Folder { dir: dir.to_owned(), files, buffers: Default::default(), worlds, position };
        let stale = dir.join("summary.json");
        if stale.exists() {
            fs::remove_file(stale)?;
        }
        folder.write_journal()?;
        Ok(folder)
    }

    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The data flow of the run, which is written at its end.
    pub fn flow(&mut self) -> &mut Option<DataFlow> {
        &mut self.position.flow
    }

    /// Takes a line of `environment/worlds.jsonl`.
    pub fn add_world(&mut self, line: &[u8]) {
        if let Some((_, buffer)) = &mut self.worlds {
            buffer.extend_from_slice(line);
        }
    }

    /// Takes the line of the next record.
    pub fn add(&mut self, verdict: Verdict, line: &[u8]) {
        self.buffers[verdict as usize].extend_from_slice(line);
        self.position.records += 1;
    }

    /// Writes what was taken, and then how far the run came.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn commit(&mut self, summary: &Summary) -> io::Result<()> {
        if let Some((file, buffer)) = &mut self.worlds {
            file.write_all(buffer)?;
            self.position.worlds += buffer.len() as u64;
            buffer.clear();
        }
        for at in 0..3 {
            self.files[at].write_all(&self.buffers[at])?;
            self.position.bytes[at] += self.buffers[at].len() as u64;
            self.buffers[at].clear();
        }
        self.position.summary = summary.clone();
        self.write_journal()
    }

    /// Ends a run that went through: the summary is written, the journal goes.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(mut self, summary: &Summary) -> io::Result<()> {
        self.commit(summary)?;
        if let Some(flow) = &self.position.flow {
            fs::write(self.dir.join("data-flow.json"), pretty(flow)?)?;
            fs::write(self.dir.join("data-flow.dot"), flow.to_dot())?;
            fs::write(self.dir.join("data-flow.mmd"), flow.to_mermaid())?;
        }
        fs::write(self.dir.join("summary.json"), pretty(summary)?)?;
        fs::remove_file(self.dir.join(JOURNAL))
    }

    fn write_journal(&self) -> io::Result<()> {
        let fresh = self.dir.join(format!("{JOURNAL}.new"));
        fs::write(&fresh, serde_json::to_vec(&self.position)?)?;
        fs::rename(fresh, self.dir.join(JOURNAL))
    }
}

fn pretty(value: &impl Serialize) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
