//! `gemproof explain`

use std::io::Write;

use clap::Args;

use super::{UsageError, unless_closed};
use crate::diagnostic::Code;

/// Explain a diagnostic code: what it means, why it matters, an example
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The code; without one, all codes are listed
    code: Option<String>,
}

impl Explain {
    pub fn run(self) -> Result<u8, UsageError> {
        let text = match self.code {
            None => Code::ALL
                .iter()
                .map(|code| {
                    let severity = format!("{:?}", code.severity()).to_lowercase();
                    format!("{:24} {severity:8} {}\n", code.name(), code.level().name())
                })
                .collect(),
            Some(name) => match Code::from_name(&name) {
                Some(code) => code.page().to_owned(),
                None => {
                    return Err(UsageError(format!("there is no code `{name}`; `gemproof explain` lists them all")));
                }
            },
        };
        unless_closed(std::io::stdout().write_all(text.as_bytes())).map_err(|e| UsageError(e.to_string()))?;
        Ok(0)
    }
}
