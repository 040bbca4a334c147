//! A small assembler: functions that call others and name texts, put together to a module.
//!
//! Imports, helpers and texts that no tool reaches are left out; what is left stands in a fixed order, so that the same functions give the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, FunctionSection,
    GlobalSection, GlobalType, ImportSection, Instruction, MemorySection, MemoryType, Module, NameMap, NameSection,
    TypeSection, ValType,
};

use super::helpers::Helper;
use crate::json::Json;

const I: ValType = ValType::I32;
const L: ValType = ValType::I64;
const F: ValType = ValType::F64;

/// The module that guests import from.
const INTERFACE: &str = "gemproof/1";
const PAGE: u32 = 1 << 16;
/// Room behind the texts that there is from the start.
const FREE_LEAST: u32 = 16 << 10;

macro_rules! hosts {
    ($($name:ident $text:literal ($($param:ident)*) -> ($($result:ident)*);)*) => {
        /// A function of the guest interface, see `docs/abi.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Host { $($name,)* }

        impl Host {
            fn import(self) -> (&'static str, &'static [ValType], &'static [ValType]) {
                match self { $(Host::$name => ($text, &[$($param,)*], &[$($result,)*]),)* }
            }
        }
    };
}

hosts! {
    Null "null" () -> (I);
    Bool "bool" (I) -> (I);
    Int "int" (L) -> (I);
    Float "float" (F) -> (I);
    Text "text" (I I) -> (I);
    Parse "parse" (I I) -> (I);
    List "list" () -> (I);
    Map "map" () -> (I);
    Copy "copy" (I) -> (I);
    Kind "kind" (I) -> (I);
    AsInt "as_int" (I) -> (L);
    AsFloat "as_float" (I) -> (F);
    Len "len" (I) -> (I);
    Read "read" (I I I) -> (I);
    Print "print" (I I I) -> (I);
    Field "field" (I I I) -> (I);
    Member "member" (I I) -> (I);
    Item "item" (I I) -> (I);
    Key "key" (I I) -> (I);
    Set "set" (I I I I) -> ();
    SetMember "set_member" (I I I) -> ();
    SetAt "set_at" (I I I I) -> ();
    Push "push" (I I) -> ();
    Delete "delete" (I I I) -> (I);
    Equal "equal" (I I) -> (I);
    Contains "contains" (I I) -> (I);
    Add "add" (I I) -> (I);
    Subtract "subtract" (I I) -> (I);
    Multiply "multiply" (I I) -> (I);
    Divide "divide" (I I) -> (I);
    Power "power" (I I) -> (I);
    Round "round" (I L) -> (I);
    Sum "sum" (I) -> (I);
    Sorted "sorted" (I) -> (I);
    Arithmetic "arithmetic" (I) -> (I);
    Join "join" (I I) -> (I);
    Get "get" (I I I) -> (I);
    Query "query" (I I I) -> (I);
    Keys "keys" (I I I) -> (I);
    Put "put" (I I I I) -> ();
    Remove "remove" (I I I) -> (I);
    FreshId "fresh_id" (I I I I) -> (I);
    Fail "fail" (I) -> ();
}

/// What `kind` answers.
pub(super) mod kind {
    pub const NULL: i32 = 1;
    pub const INTEGER: i32 = 3;
    pub const NUMBER: i32 = 4;
    pub const TEXT: i32 = 5;
    pub const LIST: i32 = 6;
    pub const MAP: i32 = 7;
}

/// A step of a function.
#[derive(Clone, Debug)]
enum Op {
    Plain(Instruction<'static>),
    Host(Host),
    Call(Helper),
    /// Address and length of a text.
    Text(String),
    /// The address of the free room behind all texts.
    Free,
}

/// A local variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local(pub u32);

/// The only parameter of a tool.
pub(super) const ARGUMENTS: Local = Local(0);

/// A function under construction.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// What a backtrace calls it.
    name: String,
    params: Vec<ValType>,
    results: Vec<ValType>,
    locals: Vec<ValType>,
    ops: Vec<Op>,
}

impl Function {
    /// A function of handles, addresses and lengths.
    pub fn new(name: &str, params: usize, results: usize) -> Function {
        let (params, results) = (vec![I; params], vec![I; results]);
        Function { name: name.to_owned(), params, results, locals: Vec::new(), ops: Vec::new() }
    }

    pub fn tool(name: &str) -> Function {
        Function::new(name, 1, 1)
    }

    pub fn local(&mut self) -> Local {
        self.locals.push(I);
        Local((self.params.len() + self.locals.len() - 1) as u32)
    }

    pub fn plain(&mut self, instruction: Instruction<'static>) -> &mut Function {
        self.ops.push(Op::Plain(instruction));
        self
    }

    pub fn get(&mut self, local: Local) -> &mut Function {
        self.plain(Instruction::LocalGet(local.0))
    }

    pub fn set(&mut self, local: Local) -> &mut Function {
        self.plain(Instruction::LocalSet(local.0))
    }

    pub fn tee(&mut self, local: Local) -> &mut Function {
        self.plain(Instruction::LocalTee(local.0))
    }

    pub fn number(&mut self, n: i32) -> &mut Function {
        self.plain(Instruction::I32Const(n))
    }

    pub fn host(&mut self, host: Host) -> &mut Function {
        self.ops.push(Op::Host(host));
        self
    }

    pub fn call(&mut self, helper: Helper) -> &mut Function {
        self.ops.push(Op::Call(helper));
        self
    }

    /// Address and length of a text.
    pub fn text(&mut self, text: &str) -> &mut Function {
        self.ops.push(Op::Text(text.to_owned()));
        self
    }

    pub fn free(&mut self) -> &mut Function {
        self.ops.push(Op::Free);
        self
    }

    pub fn answer(&mut self) -> &mut Function {
        self.plain(Instruction::Return)
    }

    /// A fault.
    pub fn trap(&mut self) -> &mut Function {
        self.plain(Instruction::Unreachable)
    }

    /// A handle to a constant.
    pub fn constant(&mut self, value: &Json) -> &mut Function {
        match value {
            Json::Null => self.host(Host::Null),
            Json::Bool(b) => self.number(i32::from(*b)).host(Host::Bool),
            Json::Int(n) => self.plain(Instruction::I64Const(*n)).host(Host::Int),
            Json::Float(n) => self.plain(Instruction::F64Const((*n).into())).host(Host::Float),
            Json::Text(text) => self.text(text).host(Host::Text),
            Json::Uint(_) | Json::List(_) | Json::Map(_) => self.text(&value.to_string()).host(Host::Parse),
        }
    }

    /// Whether the handle on the stack stands for no value, or for null.
    pub fn is_null(&mut self) -> &mut Function {
        self.host(Host::Kind).number(kind::NULL).plain(Instruction::I32LeU)
    }

    /// Whether the handle on the stack is of a kind.
    pub fn is(&mut self, kind: i32) -> &mut Function {
        self.host(Host::Kind).number(kind).plain(Instruction::I32Eq)
    }

    pub fn not(&mut self) -> &mut Function {
        self.plain(Instruction::I32Eqz)
    }

    /// Work where the condition on the stack holds.
    pub fn when(&mut self, work: impl FnOnce(&mut Function)) -> &mut Function {
        self.plain(Instruction::If(BlockType::Empty));
        work(self);
        self.plain(Instruction::End)
    }

    /// One of two values, by the condition on the stack.
    pub fn choose(&mut self, then: impl FnOnce(&mut Function), other: impl FnOnce(&mut Function)) -> &mut Function {
        self.plain(Instruction::If(BlockType::Result(I)));
        then(self);
        self.plain(Instruction::Else);
        other(self);
        self.plain(Instruction::End)
    }

    /// Work for each number below the one on the stack.
    pub fn each(&mut self, work: impl FnOnce(&mut Function, Local)) -> &mut Function {
        let (at, end) = (self.local(), self.local());
        self.set(end).number(0).set(at);
        self.plain(Instruction::Block(BlockType::Empty)).plain(Instruction::Loop(BlockType::Empty));
        self.get(at).get(end).plain(Instruction::I32GeU).plain(Instruction::BrIf(1));
        work(self, at);
        self.get(at).number(1).plain(Instruction::I32Add).set(at);
        self.plain(Instruction::Br(0)).plain(Instruction::End).plain(Instruction::End)
    }
}

/// Texts, each once, one after the other.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Texts {
    fn place(&mut self, text: &str) -> u32 {
        if let Some(at) = self.known.get(text) {
            return *at;
        }
        let at = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text.as_bytes());
        self.known.insert(text.to_owned(), at);
        at
    }
}

/// The module that has these tools, each exported under its name.
pub(super) fn assemble(name: &str, tools: &BTreeMap<String, Function>) -> Vec<u8> {
    let mut helpers: BTreeMap<Helper, Function> = BTreeMap::new();
    let calls = |function: &Function| -> Vec<Helper> {
        let call = |op: &Op| if let Op::Call(helper) = op { Some(*helper) } else { None };
        function.ops.iter().filter_map(call).collect()
    };
    let mut open: Vec<Helper> = tools.values().flat_map(calls).collect();
    while let Some(helper) = open.pop() {
        if let std::collections::btree_map::Entry::Vacant(slot) = helpers.entry(helper) {
            let function = slot.insert(helper.function());
            open.extend(calls(function));
        }
    }
    let functions: Vec<&Function> = helpers.values().chain(tools.values()).collect();
    let host = |op: &Op| if let Op::Host(host) = op { Some(*host) } else { None };
    let hosts: BTreeSet<Host> = functions.iter().flat_map(|function| function.ops.iter().filter_map(host)).collect();
    let mut texts = Texts::default();
    for op in functions.iter().flat_map(|function| &function.ops) {
        if let Op::Text(text) = op {
            texts.place(text);
        }
    }
    let free = (texts.bytes.len() as u32).next_multiple_of(16);

    let host_at: BTreeMap<Host, u32> = hosts.iter().copied().zip(0..).collect();
    let helper_at: BTreeMap<Helper, u32> = helpers.keys().copied().zip(hosts.len() as u32..).collect();
    let mut types: Vec<(Vec<ValType>, Vec<ValType>)> = Vec::new();
    let mut type_of = |params: &[ValType], results: &[ValType]| {
        let wanted = |(p, r): &(Vec<ValType>, Vec<ValType>)| p == params && r == results;
        let at = types.iter().position(wanted).unwrap_or(types.len());
        if at == types.len() {
            types.push((params.to_vec(), results.to_vec()));
        }
        at as u32
    };
    let mut imports = ImportSection::new();
    let mut names = NameMap::new();
    for (host, at) in &host_at {
        let (name, params, results) = host.import();
        imports.import(INTERFACE, name, EntityType::Function(type_of(params, results)));
        names.append(*at, name);
    }
    let mut declared = FunctionSection::new();
    let mut code = CodeSection::new();
    for (function, at) in functions.iter().zip(hosts.len() as u32..) {
        declared.function(type_of(&function.params, &function.results));
        names.append(at, &function.name);
        let mut body = wasm_encoder::Function::new_with_locals_types(function.locals.iter().copied());
        for op in &function.ops {
            match op {
                Op::Plain(instruction) => body.instruction(instruction),
                Op::Host(host) => body.instruction(&Instruction::Call(host_at[host])),
                Op::Call(helper) => body.instruction(&Instruction::Call(helper_at[helper])),
                Op::Free => body.instruction(&Instruction::I32Const(free as i32)),
                Op::Text(text) => body
                    .instruction(&Instruction::I32Const(texts.known[text] as i32))
                    .instruction(&Instruction::I32Const(text.len() as i32)),
            };
        }
        body.instruction(&Instruction::End);
        code.function(&body);
    }

    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let first = (hosts.len() + helpers.len()) as u32;
    for (name, at) in tools.keys().zip(first..) {
        exports.export(&format!("tool:{name}"), ExportKind::Func, at);
    }
    let mut memories = MemorySection::new();
    let pages = (free + FREE_LEAST).div_ceil(PAGE);
    let memory =
        MemoryType { minimum: pages.into(), maximum: None, memory64: false, shared: false, page_size_log2: None };
    memories.memory(memory);
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: I, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), texts.bytes);
    let mut all_types = TypeSection::new();
    for (params, results) in types {
        all_types.ty().function(params, results);
    }
    let mut name_section = NameSection::new();
    name_section.module(name);
    name_section.functions(&names);

    let mut module = Module::new();
    module.section(&all_types).section(&imports).section(&declared).section(&memories).section(&globals);
    module.section(&exports).section(&code).section(&data).section(&name_section);
    module.finish()
}
