mod common;
#[test]
fn x(){ let _ = common::data("nope"); }
