//! Level `formed`: tools exist, arguments satisfy their schemas, calls and answers pair up.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Evidence, Severity};
use crate::trajectory::{ArgumentsForm, Exchange, Pairing, ToolSet, Trajectory, pair};

/// What level `formed` found.
#[derive(Debug, Default)]
pub struct Formed {
    pub exchanges: Vec<Exchange>,
    /// Findings that concern the whole, or messages.
    pub diagnostics: Vec<Diagnostic>,
    /// For each exchange, in which ways its arguments break or exceed the schema. Kept apart because running the call
    /// can show that the schema is at fault.
    pub arguments: Vec<Vec<Diagnostic>>,
    /// Whether there were calls, and each of the assistant's could be checked.
    pub checked: bool,
}

/// Checks a trajectory against the tools it names, or against `fallback` where it names none.
pub fn check(trajectory: &Trajectory, fallback: Option<&Arc<ToolSet>>) -> Formed {
    let Pairing { exchanges, diagnostics } = pair(trajectory);
    let mut formed = Formed { arguments: vec![Vec::new(); exchanges.len()], exchanges, diagnostics, checked: false };
    if trajectory.messages.is_empty() {
        formed.diagnostics.push(Diagnostic::new(Code::NoMessages, "", "the record has no messages"));
    }
    let tools = trajectory.tools.as_ref().or(fallback);
    let agent_calls = formed.exchanges.iter().filter(|exchange| !exchange.by_user).count();
    if tools.is_none() && agent_calls > 0 {
        formed.diagnostics.push(
            Diagnostic::new(
                Code::NoTools,
                "",
                format!(
                    "no tools are known, so {} unchecked",
                    if agent_calls == 1 { "1 call is".into() } else { format!("{agent_calls} calls are") }
                ),
            )
            .help("put `tools` into the record, or give them with --tools or --env"),
        );
    }
    let (mut some, mut all) = (false, true);
    for (at, exchange) in formed.exchanges.iter().enumerate() {
        let offered = trajectory.offered(exchange.by_user, tools.map(Arc::as_ref));
        let Some(offered) = offered else { continue };
        let checked = check_call(trajectory, exchange, offered, &mut formed.diagnostics, &mut formed.arguments[at]);
        some |= checked;
        all &= checked;
    }
    formed.checked = some && all;
    formed
}

/// Checks one call; `false` where its tool's schema cannot be used.
fn check_call(
    trajectory: &Trajectory,
    exchange: &Exchange,
    offered: &ToolSet,
    diagnostics: &mut Vec<Diagnostic>,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let (message, index) = (exchange.message, exchange.call);
    let call = &trajectory.messages[message].calls[index];
    let Some(tool) = offered.get(&call.name) else {
        let at = trajectory.at_call_part(message, index, "name");
        let mut diagnostic =
            Diagnostic::new(Code::UnknownTool, at, format!("no tool named `{}` is on offer", call.name));
        diagnostic.help = offered.nearest(&call.name).map(|near| format!("did the model mean `{near}`?"));
        diagnostics.push(diagnostic);
        return true;
    };
    if let Err(invalid) = tool.validator() {
        let at = trajectory.at_call_part(message, index, "name");
        let text =
            format!("the arguments of `{}` cannot be checked: its schema is not valid: {}", call.name, invalid.message);
        let mut diagnostic = Diagnostic::new(Code::InvalidToolSchema, at, text);
        // Where the record brings the tool, the schema itself is the error.
        diagnostic.severity = Severity::Warning;
        diagnostics.push(diagnostic);
        return false;
    }
    let arguments = match &call.arguments.value {
        Ok(arguments) => arguments,
        Err(error) => {
            let at = trajectory.at_call_part(message, index, "arguments");
            let message = format!("the arguments of `{}` are not a JSON object: {error}", call.name);
            diagnostics.push(Diagnostic::new(Code::UnparsableArguments, at, message));
            return true;
        }
    };
    // Absent arguments have no place of their own.
    let place = match call.arguments.form {
        ArgumentsForm::Absent => trajectory.at_call(message, index),
        _ => trajectory.at_call_part(message, index, "arguments"),
    };
    let form = match call.arguments.form {
        ArgumentsForm::Doubled => Some("arguments encoded twice were decoded twice"),
        ArgumentsForm::Absent => Some("absent arguments were read as an empty object"),
        ArgumentsForm::Encoded | ArgumentsForm::Object => None,
    };
    if let Some(form) = form {
        diagnostics.push(Diagnostic::new(Code::EncodedArguments, place.clone(), form));
    }
    for problem in tool.problems(arguments) {
        let text = match problem.instance_path.as_str() {
            "" => format!("arguments of `{}`: {}", call.name, problem.message),
            path => format!("argument {path} of `{}`: {}", call.name, problem.message),
        };
        let mut diagnostic = Diagnostic::new(problem.code, place.clone(), text);
        diagnostic.severity = if problem.breaks { Severity::Error } else { Severity::Warning };
        diagnostic.evidence = Evidence {
            instance_path: Some(problem.instance_path),
            schema_path: Some(problem.schema_path),
            ..Evidence::default()
        };
        problems.push(diagnostic);
    }
    true
}
