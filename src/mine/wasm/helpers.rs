//! What the functions of a mined mock share: the helpers that `rhai.rs` writes at the end of a script, and some that Rhai itself has.

use wasm_encoder::{Instruction as Do, MemArg, MemArgTarget};

use super::assemble::{Function, Host, Local, kind};

/// A function that tools call. A prefix is the name of the tool and a space: what the keys of its calls begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    /// `(value, name p n) -> member`: a fault where the value has no members.
    Member,
    /// `(value, key) -> member`: likewise.
    MemberNamed,
    /// `(bytes)`: makes sure of so much free room.
    Room,
    /// `(text) -> (p n)`: a text in the free room.
    Spill,
    /// `(value, address) -> bytes`: the JSON text of a value at an address in the free room.
    Printed,
    /// `(p, q, bytes) -> whether`: two ranges hold the same.
    Same,
    /// `(prefix p n, arguments) -> text`
    CallKey,
    /// `(prefix p n, arguments) -> what was recorded`, 0 where nothing was.
    Recorded,
    /// `(what was recorded)`: writes what it says.
    Apply,
    /// `(table p n, key, prefix p n, arguments) -> record`
    Found,
    /// `(prefix p n, arguments) -> answer`
    Answered,
    /// `(prefix p n, arguments) -> text`, 0 where there is none.
    Nearest,
    /// `(pattern p n) -> id`
    Mint,
    /// `(a, b) -> sum`, or one text after the other.
    Plus,
    /// `(list) -> product`
    Product,
    /// `(value) -> length`: items of a list, members of a map, characters of a text.
    Length,
    /// `(number) -> absolute number`
    Absolute,
    /// `(value, decimals) -> value`: rounded where it is a number.
    Rounded,
    /// `(number) -> float`
    AsFloat,
    /// `(list, index) -> item`: a fault where there is none.
    ItemOf,
    /// `(record, arguments) -> whether` it has what the arguments say, as far as it has such members.
    Agrees,
    /// `(table p n, arguments) -> records` that agree with all arguments they have.
    Agreeing,
    /// `(map, other) -> map` with the members of the other.
    Merged,
}

const BYTE: MemArg = MemArg { offset: 0, align: 0, target: MemArgTarget::Memory(0), ordering: None };
/// The global that holds the key of the call, once it is made.
const CALL_KEY: u32 = 0;

impl Helper {
    pub fn function(self) -> Function {
        match self {
            Helper::Member => member(),
            Helper::MemberNamed => member_named(),
            Helper::Room => room(),
            Helper::Spill => spill(),
            Helper::Printed => printed(),
            Helper::Same => same(),
            Helper::CallKey => call_key(),
            Helper::Recorded => recorded(),
            Helper::Apply => apply(),
            Helper::Found => found(),
            Helper::Answered => answered(),
            Helper::Nearest => nearest(),
            Helper::Mint => mint(),
            Helper::Plus => plus(),
            Helper::Product => product(),
            Helper::Length => length(),
            Helper::Absolute => absolute(),
            Helper::Rounded => rounded(),
            Helper::AsFloat => as_float(),
            Helper::ItemOf => item_of(),
            Helper::Agrees => agrees(),
            Helper::Agreeing => agreeing(),
            Helper::Merged => merged(),
        }
    }
}

/// A fault where a value has no members.
fn must_be_map(f: &mut Function, value: Local) {
    f.get(value).is(kind::MAP).not().when(|f| {
        f.trap();
    });
}

/// Answers nothing where a value has no members.
fn none_but_map(f: &mut Function, value: Local) {
    f.get(value).is(kind::MAP).not().when(|f| {
        f.number(0).answer();
    });
}

fn member() -> Function {
    let mut f = Function::new("member of a map", 3, 1);
    let (value, name, len, found) = (Local(0), Local(1), Local(2), f.local());
    f.get(value).get(name).get(len).host(Host::Field).tee(found).not().when(|f| must_be_map(f, value));
    f.get(found);
    f
}

fn member_named() -> Function {
    let mut f = Function::new("member of a map by its key", 2, 1);
    let (value, key, found) = (Local(0), Local(1), f.local());
    f.get(value).get(key).host(Host::Member).tee(found).not().when(|f| must_be_map(f, value));
    f.get(found);
    f
}

fn room() -> Function {
    let mut f = Function::new("room for a text", 1, 0);
    let (bytes, missing) = (Local(0), f.local());
    f.free().get(bytes).plain(Do::I32Add).number(0xffff).plain(Do::I32Add).number(16).plain(Do::I32ShrU);
    f.plain(Do::MemorySize(0)).plain(Do::I32Sub).tee(missing).number(0).plain(Do::I32GtS).when(|f| {
        f.get(missing).plain(Do::MemoryGrow(0)).number(-1).plain(Do::I32Eq).when(|f| {
            f.trap();
        });
    });
    f
}

fn spill() -> Function {
    let mut f = Function::new("read a text", 1, 2);
    let (text, bytes) = (Local(0), f.local());
    f.get(text).host(Host::Len).tee(bytes).call(Helper::Room);
    f.get(text).free().get(bytes).host(Host::Read).plain(Do::Drop);
    f.free().get(bytes);
    f
}

fn printed() -> Function {
    let mut f = Function::new("print a value", 2, 1);
    let (value, address, bytes, room) = (Local(0), Local(1), f.local(), f.local());
    let rest = |f: &mut Function| {
        f.plain(Do::MemorySize(0)).number(16).plain(Do::I32Shl).get(address).plain(Do::I32Sub).tee(room);
    };
    f.get(value).get(address);
    rest(&mut f);
    f.host(Host::Print).tee(bytes).get(room).plain(Do::I32GtU).when(|f| {
        f.get(address).free().plain(Do::I32Sub).get(bytes).plain(Do::I32Add).call(Helper::Room);
        f.get(value).get(address);
        rest(f);
        f.host(Host::Print).set(bytes);
    });
    f.get(bytes);
    f
}

fn same() -> Function {
    let mut f = Function::new("compare texts", 3, 1);
    let (a, b, bytes) = (Local(0), Local(1), Local(2));
    f.get(bytes).each(|f, at| {
        f.get(a).get(at).plain(Do::I32Add).plain(Do::I32Load8U(BYTE));
        f.get(b).get(at).plain(Do::I32Add).plain(Do::I32Load8U(BYTE));
        f.plain(Do::I32Ne).when(|f| {
            f.number(0).answer();
        });
    });
    f.number(1);
    f
}

fn call_key() -> Function {
    let mut f = Function::new("the key of the call", 3, 1);
    let (prefix, len, arguments) = (Local(0), Local(1), Local(2));
    f.plain(Do::GlobalGet(CALL_KEY)).not().when(|f| {
        f.get(len).call(Helper::Room);
        f.free().get(prefix).get(len).plain(Do::MemoryCopy { src_mem: 0, dst_mem: 0 });
        f.free().get(len);
        f.get(arguments).free().get(len).plain(Do::I32Add).call(Helper::Printed);
        f.plain(Do::I32Add).host(Host::Text).plain(Do::GlobalSet(CALL_KEY));
    });
    f.plain(Do::GlobalGet(CALL_KEY));
    f
}

/// What `recorded` or `answers` hold for this call.
fn known(f: &mut Function, table: &str, prefix: Local, len: Local, arguments: Local) {
    f.text(table).get(prefix).get(len).get(arguments).call(Helper::CallKey).host(Host::Get);
}

fn recorded() -> Function {
    let mut f = Function::new("what was recorded", 3, 1);
    let (prefix, len, arguments, told, asked) = (Local(0), Local(1), Local(2), f.local(), f.local());
    known(&mut f, "recorded", prefix, len, arguments);
    f.tee(told).is_null().when(|f| {
        f.number(0).answer();
    });
    f.get(told).text("asked").call(Helper::Member).plain(Do::I64Const(1)).host(Host::Int).host(Host::Add).set(asked);
    f.get(told).text("asked").get(asked).host(Host::Set);
    f.text("recorded").get(prefix).get(len).get(arguments).call(Helper::CallKey).get(told).host(Host::Put);
    f.get(told).text("times").call(Helper::Member).get(asked).number(0).host(Host::Join).call(Helper::MemberNamed);
    f
}

fn apply() -> Function {
    let mut f = Function::new("write what was recorded", 1, 0);
    let (told, writes, write, key, record) = (Local(0), f.local(), f.local(), f.local(), f.local());
    f.get(told).text("writes").host(Host::Field).tee(writes).not().when(|f| {
        f.answer();
    });
    f.get(writes).is(kind::LIST).not().when(|f| {
        f.trap();
    });
    let part = |f: &mut Function, at: i32| {
        f.get(write).number(at).host(Host::Item);
    };
    let table = |f: &mut Function| {
        part(f, 0);
        f.call(Helper::Spill);
    };
    f.get(writes).host(Host::Len).each(|f, at| {
        f.get(writes).get(at).host(Host::Item).set(write);
        part(f, 1);
        f.set(key);
        table(f);
        f.get(key).host(Host::Get).tee(record).is_null().when(|f| {
            f.host(Host::Map).set(record);
        });
        f.get(write).host(Host::Len).number(3).plain(Do::I32Eq);
        f.choose(
            |f| {
                f.get(record);
                part(f, 2);
                f.call(Helper::Spill).host(Host::Delete);
            },
            |f| {
                f.get(record);
                part(f, 2);
                part(f, 3);
                f.host(Host::SetMember).number(0);
            },
        );
        f.plain(Do::Drop);
        table(f);
        f.get(key).get(record).host(Host::Put);
    });
    f
}

/// Puts texts behind the one on the stack.
fn then(f: &mut Function, text: &str) {
    f.text(text).host(Host::Text).host(Host::Join);
}

/// The beginning of a refusal: what failed.
fn failed(f: &mut Function, prefix: Local, len: Local) {
    f.text("Error: ").host(Host::Text);
    f.get(prefix).get(len).number(1).plain(Do::I32Sub).host(Host::Text).host(Host::Join);
}

fn found() -> Function {
    let mut f = Function::new("the record", 6, 1);
    let (table, table_len, key) = (Local(0), Local(1), Local(2));
    let (prefix, len, arguments) = (Local(3), Local(4), Local(5));
    let (record, answer) = (f.local(), f.local());
    f.get(key).is_null().not().when(|f| {
        f.get(table).get(table_len);
        f.get(key).number(0).host(Host::Join).host(Host::Get).set(record);
    });
    f.get(record).is_null().when(|f| {
        known(f, "answers", prefix, len, arguments);
        f.tee(answer).is_null();
        f.choose(
            |f| {
                failed(f, prefix, len);
                then(f, ": no record ");
                f.get(key).host(Host::Join);
                then(f, " in ");
                f.get(table).get(table_len).host(Host::Text).host(Host::Join);
            },
            |f| {
                f.get(answer).text("answer").call(Helper::Member);
            },
        );
        f.host(Host::Fail).trap();
    });
    f.get(record);
    f
}

fn answered() -> Function {
    let mut f = Function::new("the recorded answer", 3, 1);
    let (prefix, len, arguments, told, answer) = (Local(0), Local(1), Local(2), f.local(), f.local());
    f.get(prefix).get(len).get(arguments).call(Helper::Recorded).tee(told).is_null().not().when(|f| {
        f.get(told).call(Helper::Apply);
        f.get(told).text("answer").host(Host::Field).tee(answer).when(|f| {
            f.get(answer).answer();
        });
    });
    known(&mut f, "answers", prefix, len, arguments);
    f.tee(answer).is_null().not().when(|f| {
        f.get(answer).text("answer").call(Helper::Member).answer();
    });
    let (key, bytes) = (f.local(), f.local());
    failed(&mut f, prefix, len);
    then(&mut f, ": nothing was recorded for ");
    // The arguments, as the key of the call has them.
    f.get(prefix).get(len).get(arguments).call(Helper::CallKey).call(Helper::Spill).set(bytes).set(key);
    f.get(key).get(len).plain(Do::I32Add).get(bytes).get(len).plain(Do::I32Sub).host(Host::Text).host(Host::Join);
    f.get(prefix).get(len).get(arguments).call(Helper::Nearest).host(Host::Join);
    f.host(Host::Fail).trap();
    f
}

/// More arguments than this differ in no nearest call.
const DIFFERING_MAX: i32 = 1000;

fn nearest() -> Function {
    let mut f = Function::new("the nearest recorded call", 3, 1);
    let (prefix, len, arguments) = (Local(0), Local(1), Local(2));
    let (keys, key, bytes, other) = (f.local(), f.local(), f.local(), f.local());
    let (name, differing, best, least) = (f.local(), f.local(), f.local(), f.local());
    none_but_map(&mut f, arguments);
    f.number(DIFFERING_MAX).set(least);
    f.text("answers").number(0).host(Host::Keys).tee(keys).host(Host::Len).each(|f, at| {
        f.get(keys).get(at).host(Host::Item).call(Helper::Spill).set(bytes).set(key);
        f.get(bytes).get(len).plain(Do::I32GeU);
        f.choose(
            |f| {
                f.get(key).get(prefix).get(len).call(Helper::Same);
            },
            |f| {
                f.number(0);
            },
        );
        f.when(|f| {
            f.get(key).get(len).plain(Do::I32Add).get(bytes).get(len).plain(Do::I32Sub).host(Host::Parse).set(other);
            f.get(other).is(kind::MAP).when(|f| {
                f.number(0).set(differing);
                f.get(arguments).host(Host::Len).each(|f, at| {
                    f.get(arguments).get(at).host(Host::Key).set(name);
                    f.get(arguments).get(name).host(Host::Member).get(other).get(name).host(Host::Member);
                    f.host(Host::Equal).not().get(differing).plain(Do::I32Add).set(differing);
                });
                f.get(differing).get(least).plain(Do::I32LtU).when(|f| {
                    f.get(other).set(best).get(differing).set(least);
                });
            });
        });
    });
    f.get(best).not().when(|f| {
        f.number(0).answer();
    });
    f.text("; the nearest recorded call has ").host(Host::Text);
    f.free().get(best).free().call(Helper::Printed).host(Host::Text).host(Host::Join);
    f
}

fn mint() -> Function {
    let mut f = Function::new("mint an id", 2, 1);
    let (pattern, len, id) = (Local(0), Local(1), f.local());
    f.text("minted").get(pattern).get(len).host(Host::FreshId).set(id);
    f.text("minted").get(id).host(Host::Map).host(Host::Put);
    f.get(id);
    f
}

fn plus() -> Function {
    let mut f = Function::new("add", 2, 1);
    let (a, b) = (Local(0), Local(1));
    f.get(a).is(kind::TEXT).get(b).is(kind::TEXT).plain(Do::I32Or);
    f.choose(
        |f| {
            f.get(a).get(b).host(Host::Join);
        },
        |f| {
            f.get(a).get(b).host(Host::Add);
        },
    );
    f
}

fn product() -> Function {
    let mut f = Function::new("multiply all", 1, 1);
    let (list, result) = (Local(0), f.local());
    f.get(list).is(kind::LIST).not().when(|f| {
        f.trap();
    });
    f.plain(Do::I64Const(1)).host(Host::Int).set(result);
    f.get(list).host(Host::Len).each(|f, at| {
        f.get(result).get(list).get(at).host(Host::Item).host(Host::Multiply).set(result);
    });
    f.get(result);
    f
}

fn length() -> Function {
    let mut f = Function::new("the length", 1, 1);
    let (value, count, address) = (Local(0), f.local(), f.local());
    let of = |f: &mut Function| {
        f.get(count).plain(Do::I64ExtendI32U).host(Host::Int);
    };
    f.get(value).is(kind::TEXT).when(|f| {
        f.get(value).call(Helper::Spill);
        let bytes = f.local();
        f.set(bytes).set(address);
        // All bytes of a character but the first are 10xxxxxx.
        f.get(bytes).each(|f, at| {
            f.get(address).get(at).plain(Do::I32Add).plain(Do::I32Load8U(BYTE));
            f.number(0xc0).plain(Do::I32And).number(0x80).plain(Do::I32Ne).get(count).plain(Do::I32Add).set(count);
        });
        of(f);
        f.answer();
    });
    f.get(value).host(Host::Kind).number(kind::LIST).plain(Do::I32LtU).when(|f| {
        f.trap();
    });
    f.get(value).host(Host::Len).set(count);
    of(&mut f);
    f
}

fn absolute() -> Function {
    let mut f = Function::new("the absolute value", 1, 1);
    let value = Local(0);
    f.get(value).is(kind::INTEGER);
    f.choose(
        |f| {
            f.get(value).host(Host::AsInt).plain(Do::I64Const(0)).plain(Do::I64LtS);
            f.choose(
                |f| {
                    // Overflows, and is a fault, where the least integer is.
                    f.plain(Do::I64Const(0)).host(Host::Int).get(value).host(Host::Subtract);
                },
                |f| {
                    f.get(value);
                },
            );
        },
        |f| {
            f.get(value).host(Host::AsFloat).plain(Do::F64Abs).host(Host::Float);
        },
    );
    f
}

fn rounded() -> Function {
    let mut f = Function::new("round", 2, 1);
    let (value, decimals) = (Local(0), Local(1));
    f.get(value).is(kind::INTEGER).get(value).is(kind::NUMBER).plain(Do::I32Or);
    f.choose(
        |f| {
            f.get(value).get(decimals).plain(Do::I64ExtendI32S).host(Host::Round);
        },
        |f| {
            f.get(value);
        },
    );
    f
}

fn as_float() -> Function {
    let mut f = Function::new("a number as a float", 1, 1);
    f.get(Local(0)).host(Host::AsFloat).host(Host::Float);
    f
}

fn item_of() -> Function {
    let mut f = Function::new("an item of a list", 2, 1);
    let (list, index, found) = (Local(0), Local(1), f.local());
    f.get(list).get(index).host(Host::Item).tee(found).not().when(|f| {
        f.trap();
    });
    f.get(found);
    f
}

fn agrees() -> Function {
    let mut f = Function::new("whether a record agrees", 2, 1);
    let (record, arguments, name) = (Local(0), Local(1), f.local());
    none_but_map(&mut f, arguments);
    f.get(arguments).host(Host::Len).each(|f, at| {
        f.get(arguments).get(at).host(Host::Key).set(name);
        // A scalar has nothing in it.
        f.get(record).host(Host::Kind).number(kind::TEXT).plain(Do::I32LtU).when(|f| {
            f.trap();
        });
        f.get(record).get(name).host(Host::Contains).when(|f| {
            f.get(record).get(name).call(Helper::MemberNamed).get(arguments).get(name).host(Host::Member);
            f.host(Host::Equal).not().when(|f| {
                f.number(0).answer();
            });
        });
    });
    f.number(1);
    f
}

fn agreeing() -> Function {
    let mut f = Function::new("the records that agree", 3, 1);
    let (table, len, arguments) = (Local(0), Local(1), Local(2));
    let (all, kept, record) = (f.local(), f.local(), f.local());
    f.host(Host::List).set(kept);
    f.get(table).get(len).number(0).host(Host::Query).tee(all).host(Host::Len).each(|f, at| {
        f.get(all).get(at).host(Host::Item).tee(record).get(arguments).call(Helper::Agrees).when(|f| {
            f.get(kept).get(record).host(Host::Push);
        });
    });
    f.get(kept);
    f
}

fn merged() -> Function {
    let mut f = Function::new("merge", 2, 1);
    let (map, other, name) = (Local(0), Local(1), f.local());
    must_be_map(&mut f, map);
    f.get(map).host(Host::Copy).set(map);
    f.get(other).host(Host::Len).each(|f, at| {
        f.get(other).get(at).host(Host::Key).set(name);
        f.get(map).get(name).get(other).get(name).host(Host::Member).host(Host::SetMember);
    });
    f.get(map);
    f
}
