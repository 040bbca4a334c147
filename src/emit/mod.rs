//! Writing: records with their reports, summaries, and the same for people.

mod flow;
mod folder;
mod human;
mod line;
mod summary;

pub use flow::{DataFlow, Edge, EdgeUse, ParameterUse, Port};
pub use folder::{ENVIRONMENT, Folder, Position};
pub use human::{Human, render_record, render_summary};
pub use line::{record_line, report_line};
pub use summary::Summary;
