//! What the name, the annotations and the description of a tool say of whether it writes.

use crate::trajectory::Tool;

/// Whether a tool writes, as far as its definition tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    Reads,
    Unknown,
    Writes,
}

const READS: &[&str] = &[
    "get",
    "list",
    "find",
    "search",
    "read",
    "query",
    "check",
    "show",
    "display",
    "view",
    "fetch",
    "lookup",
    "look",
    "describe",
    "count",
    "calculate",
    "compute",
    "estimate",
    "compare",
    "think",
    "is",
    "has",
    "current",
    "forecast",
    "historic",
    "cat",
    "ls",
    "pwd",
    "grep",
    "du",
    "wc",
    "tail",
    "head",
    "diff",
    "mean",
    "retrieve",
    "convert",
    "detect",
    "analyze",
    "analyse",
    "recommend",
    "suggest",
    "translate",
    "browse",
    "locate",
    "explore",
    "discover",
    "inspect",
    "summarize",
    "preview",
    "validate",
    "print",
    "quote",
    "sum",
    "average",
    "sqrt",
    "logarithm",
    "percentage",
    "evaluate",
];

const READS_LAST: &[&str] = &["search", "searcher", "lookup", "details", "detail", "info", "calculator", "query"];

const WRITES: &[&str] = &[
    "create",
    "add",
    "update",
    "modify",
    "delete",
    "remove",
    "cancel",
    "set",
    "send",
    "book",
    "place",
    "post",
    "put",
    "edit",
    "change",
    "register",
    "mv",
    "rm",
    "cp",
    "mkdir",
    "touch",
    "rmdir",
    "insert",
    "append",
    "submit",
    "reserve",
    "schedule",
    "return",
    "exchange",
    "pay",
    "purchase",
    "buy",
    "sell",
    "transfer",
    "upload",
    "write",
    "reset",
    "close",
    "open",
    "start",
    "stop",
    "lock",
    "unlock",
    "press",
    "fill",
    "activate",
    "deactivate",
    "enable",
    "disable",
    "login",
    "logout",
    "authenticate",
    "complete",
    "record",
    "reply",
    "share",
    "follow",
    "unfollow",
    "retweet",
    "comment",
    "mention",
    "make",
    "save",
    "store",
    "assign",
    "approve",
    "reject",
    "resolve",
    "withdraw",
    "deposit",
    "fund",
    "rename",
    "move",
    "copy",
    "import",
    "apply",
    "confirm",
    "issue",
    "grant",
    "revoke",
    "clear",
];

impl Access {
    /// From the tool's annotations, else from its name.
    pub fn told(name: &str, tool: Option<&Tool>) -> Access {
        let hint = |key: &str| tool.and_then(|tool| tool.annotations.as_ref()?.get(key)?.as_bool());
        match (hint("readOnlyHint"), hint("destructiveHint")) {
            (Some(true), _) => return Access::Reads,
            (Some(false), _) | (_, Some(true)) => return Access::Writes,
            _ => {}
        }
        let words = crate::grounding::name_parts(name);
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return Access::Unknown };
        let among = |list: &[&str], word: &String| list.contains(&word.as_str());
        // A verb may stand behind a service: `github_create_issue`.
        let verb = words.iter().take(3).find(|word| among(READS, word) || among(WRITES, word));
        match verb {
            Some(verb) if verb == first || words.len() > 2 => match among(WRITES, verb) {
                true => Access::Writes,
                false => Access::Reads,
            },
            _ if among(READS_LAST, last) => Access::Reads,
            _ => Access::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        let told = |name: &str| Access::told(name, None);
        for name in [
            "get_order_details",
            "displayCarStatus",
            "FindAlarms",
            "ToolSearcher",
            "SymptomSearch",
            "ls",
            "quote_rental",
        ] {
            assert_eq!(told(name), Access::Reads, "{name}");
        }
        for name in ["cancel_pending_order", "fillFuelTank", "AddAlarm", "github_create_issue", "mkdir"] {
            assert_eq!(told(name), Access::Writes, "{name}");
        }
        assert_eq!(told("frobnicate"), Access::Unknown);
    }
}
