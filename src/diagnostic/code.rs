//! The diagnostic codes: one line here and one page in `codes/` for each.

use super::{Level, Severity};

macro_rules! codes {
    ($($variant:ident = $name:literal, $severity:ident, $level:ident;)*) => {
        /// What kind of finding it is. The names are stable: scripts rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )*
        }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// The severity of a finding, unless the place that makes it knows better.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),* }
            }

            pub fn level(self) -> Level {
                match self { $(Code::$variant => Level::$level),* }
            }

            /// The page that `gemproof explain` prints: Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("codes/", $name, ".md"))),* }
            }
        }
    };
}

codes! {
    InvalidRecord = "invalid-record", Error, Formed;
    UnreadableInput = "unreadable-input", Error, Formed;
    BrokenMarkup = "broken-markup", Error, Formed;
    DuplicateId = "duplicate-id", Warning, Formed;
    NoMessages = "no-messages", Warning, Formed;
    TurnOrder = "turn-order", Note, Formed;
    UnansweredCall = "unanswered-call", Error, Formed;
    OpenCall = "open-call", Note, Formed;
    UnexpectedAnswer = "unexpected-answer", Error, Formed;
    AnswerId = "answer-id", Warning, Formed;
    AnswerName = "answer-name", Warning, Formed;
    NoTools = "no-tools", Warning, Formed;
    UnknownTool = "unknown-tool", Error, Formed;
    UnparsableArguments = "unparsable-arguments", Error, Formed;
    EncodedArguments = "encoded-arguments", Note, Formed;
    ArgumentMissing = "argument-missing", Error, Formed;
    ArgumentType = "argument-type", Error, Formed;
    ArgumentValue = "argument-value", Error, Formed;
    ArgumentUndeclared = "argument-undeclared", Warning, Formed;
    InvalidTool = "invalid-tool", Error, Formed;
    InvalidToolSchema = "invalid-tool-schema", Error, Formed;
    NormalisedToolSchema = "normalised-tool-schema", Note, Formed;
    DuplicateTool = "duplicate-tool", Warning, Formed;
    ArgumentInvented = "argument-invented", Error, Grounded;
    ArgumentPlaceholder = "argument-placeholder", Error, Grounded;
    ArgumentFromFuture = "argument-from-future", Error, Grounded;
    ArgumentAssumed = "argument-assumed", Note, Grounded;
    ArgumentHiddenSource = "argument-hidden-source", Note, Grounded;
    ArgumentWorldKnowledge = "argument-world-knowledge", Note, Grounded;
    ProseUntraced = "prose-untraced", Warning, Grounded;
    ClaimUntraced = "claim-untraced", Note, Grounded;
    ClaimContradicted = "claim-contradicted", Note, Grounded;
    ReadChanged = "read-changed", Error, Consistent;
    AnswerChanged = "answer-changed", Error, Consistent;
    OutcomeChanged = "outcome-changed", Error, Consistent;
    EffectWithoutWrite = "effect-without-write", Error, Consistent;
    WriteWithoutEffect = "write-without-effect", Error, Consistent;
    EffectMismatch = "effect-mismatch", Error, Consistent;
    UnknownEntity = "unknown-entity", Error, Consistent;
    ArithmeticMismatch = "arithmetic-mismatch", Error, Consistent;
    AnswerIgnoresArguments = "answer-ignores-arguments", Error, Consistent;
    LimitBroken = "limit-broken", Error, Consistent;
    GuardBroken = "guard-broken", Error, Consistent;
    RefusalUnexplained = "refusal-unexplained", Error, Consistent;
    AnswerShape = "answer-shape", Error, Consistent;
    IdRepeated = "id-repeated", Error, Consistent;
    ObservationMismatch = "observation-mismatch", Error, Executed;
    RefusedByEnvironment = "refused-by-environment", Error, Executed;
    AcceptedByEnvironment = "accepted-by-environment", Error, Executed;
    StateMismatch = "state-mismatch", Error, Executed;
    SchemaTighter = "schema-tighter", Warning, Executed;
    InvalidCallRefused = "invalid-call-refused", Warning, Executed;
    EnvironmentFault = "environment-fault", Fault, Executed;
    ToolNotImplemented = "tool-not-implemented", Fault, Executed;
    InternalError = "internal-error", Fault, Formed;
    NoInitialWorld = "no-initial-world", Fault, Executed;
}

impl Code {
    pub fn from_name(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_page_of_the_same_form() {
        for code in Code::ALL {
            let page = code.page();
            assert!(page.starts_with(&format!("# {}\n", code.name())), "{}", code.name());
            for heading in ["## What it means", "## Why it matters", "## Example"] {
                assert!(page.contains(heading), "{} lacks {heading}", code.name());
            }
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/diagnostic/codes")).unwrap();
        assert_eq!(files.count(), Code::ALL.len(), "a page without a code");
    }
}
