//! Mocks for gemproof in Rust: the guest interface of `docs/abi.md`, in one file that needs nothing else.
//!
//! Tools are ordinary functions of the arguments; `tools!` exports them. What they answer is anything that is [`Json`].
//!
//! ```ignore
//! mod gemproof;
//! use gemproof::*;
//!
//! fn renew_loan(args: &Value) -> Value {
//!     let mut loan = get("loans", args.field("loan_id")).unwrap_or_else(|| fail("Error: loan not found"));
//!     let renewals = loan.field("renewals").int();
//!     if renewals >= 2 {
//!         cite("renewal-limit");
//!         fail("Error: this loan cannot be renewed again");
//!     }
//!     loan.set("renewals", renewals + 1);
//!     loan.set("due", add_days(loan.field("due"), 21));
//!     put("loans", args.field("loan_id"), &loan);
//!     loan
//! }
//!
//! tools! { renew_loan }
//! ```
//!
//! Builds with Rust 1.63 and later, edition 2018 or 2021. It needs no `std` itself; a guest without it brings an allocator and
//! a panic handler, and takes Rust 1.68.
//!
//! `rustc --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib -O -C lto -C panic=abort mock.rs -o mock.wasm`
//!
//! A panic is a fault of the environment: the call is undone and the trajectory is not blamed. Each call runs in a fresh
//! instance, so a `static` does not outlive it; what should, belongs into the world.
#![allow(dead_code)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::iter::FromIterator;

/// What the host offers, as `docs/abi.md` lists it. The rest of this file is a safe form of it.
mod host {
    #[link(wasm_import_module = "gemproof/1")]
    extern "C" {
        pub fn null() -> i32;
        pub fn bool(value: i32) -> i32;
        pub fn int(value: i64) -> i32;
        pub fn float(value: f64) -> i32;
        pub fn text(at: *const u8, len: usize) -> i32;
        pub fn parse(at: *const u8, len: usize) -> i32;
        pub fn list() -> i32;
        pub fn map() -> i32;
        pub fn copy(value: i32) -> i32;
        pub fn kind(value: i32) -> i32;
        pub fn as_bool(value: i32) -> i32;
        pub fn as_int(value: i32) -> i64;
        pub fn as_float(value: i32) -> f64;
        pub fn len(value: i32) -> i32;
        pub fn read(value: i32, at: *mut u8, len: usize) -> usize;
        pub fn print(value: i32, at: *mut u8, len: usize) -> usize;
        pub fn field(map: i32, at: *const u8, len: usize) -> i32;
        pub fn member(map: i32, key: i32) -> i32;
        pub fn item(list: i32, index: i32) -> i32;
        pub fn key(map: i32, index: i32) -> i32;
        pub fn at(value: i32, at: *const u8, len: usize) -> i32;
        pub fn set(map: i32, at: *const u8, len: usize, value: i32);
        pub fn set_member(map: i32, key: i32, value: i32);
        pub fn set_item(list: i32, index: i32, value: i32);
        pub fn set_at(value: i32, at: *const u8, len: usize, part: i32);
        pub fn push(list: i32, value: i32);
        pub fn delete(map: i32, at: *const u8, len: usize) -> i32;
        pub fn equal(one: i32, other: i32) -> i32;
        pub fn compare(one: i32, other: i32) -> i32;
        pub fn contains(whole: i32, part: i32) -> i32;
        pub fn add(one: i32, other: i32) -> i32;
        pub fn subtract(one: i32, other: i32) -> i32;
        pub fn multiply(one: i32, other: i32) -> i32;
        pub fn divide(one: i32, other: i32) -> i32;
        pub fn power(one: i32, other: i32) -> i32;
        pub fn round(number: i32, decimals: i64) -> i32;
        pub fn fixed(number: i32, decimals: i64) -> i32;
        pub fn sum(list: i32) -> i32;
        pub fn sorted(list: i32) -> i32;
        pub fn arithmetic(text: i32) -> i32;
        pub fn join(one: i32, other: i32) -> i32;
        pub fn get(table: *const u8, len: usize, key: i32) -> i32;
        pub fn query(table: *const u8, len: usize, condition: i32) -> i32;
        pub fn keys(table: *const u8, len: usize, condition: i32) -> i32;
        pub fn insert(table: *const u8, len: usize, key: i32, record: i32);
        pub fn put(table: *const u8, len: usize, key: i32, record: i32);
        pub fn update(table: *const u8, len: usize, key: i32, fields: i32);
        pub fn remove(table: *const u8, len: usize, key: i32) -> i32;
        pub fn get_value(name: *const u8, len: usize) -> i32;
        pub fn put_value(name: *const u8, len: usize, value: i32);
        pub fn fresh_id(table: *const u8, len: usize, pattern: *const u8, pattern_len: usize) -> i32;
        pub fn now() -> i32;
        pub fn today() -> i32;
        pub fn add_days(date: i32, days: i64) -> i32;
        pub fn add_seconds(time: i32, seconds: i64) -> i32;
        pub fn days_between(from: i32, to: i32) -> i32;
        pub fn seconds_between(from: i32, to: i32) -> i32;
        pub fn fail(answer: i32) -> !;
        pub fn answer(answer: i32) -> !;
        pub fn cite(rule: *const u8, len: usize);
        pub fn fault(message: *const u8, len: usize) -> !;
        pub fn lower(text: i32) -> i32;
        pub fn upper(text: i32) -> i32;
        pub fn exact(one: i32, operator: *const u8, len: usize, other: i32) -> i32;
        pub fn precise_log(number: i32, base: i32, digits: i64) -> i32;
        pub fn precise_sqrt(number: i32, digits: i64) -> i32;
        pub fn random_integer(seed: i64, used: i64, low: i64, high: i64) -> i32;
        pub fn random_float(seed: i64, used: i64) -> i32;
        pub fn written_keys(path: i32) -> i32;
    }
}

/// Calls a function of the host. All of them take what they are given: the host checks every handle, address and length,
/// reads a text only while it is called, and writes only where and as much as it was told.
macro_rules! host {
    ($name:ident($($argument:expr),* $(,)?)) => {
        // SAFETY: addresses come from slices that outlive the call, with their own lengths; see above.
        unsafe { host::$name($($argument),*) }
    };
}

/// Exports functions as tools. A tool whose name is no name in Rust is given it as text: `"get-user" = get_user`.
#[macro_export]
macro_rules! tools {
    ($($tool:tt $(= $function:path)?),* $(,)?) => {
        $($crate::export_tool! { $tool $($function)? })*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! export_tool {
    ($tool:ident) => {
        $crate::export_tool! { @ concat!("tool:", stringify!($tool)), $tool }
    };
    ($tool:ident $function:path) => {
        $crate::export_tool! { @ concat!("tool:", stringify!($tool)), $function }
    };
    ($tool:literal $function:path) => {
        $crate::export_tool! { @ concat!("tool:", $tool), $function }
    };
    (@ $name:expr, $function:path) => {
        const _: () = {
            #[export_name = $name]
            extern "C" fn export(arguments: i32) -> i32 {
                $crate::gemproof::call($function, arguments)
            }
        };
    };
}

/// A map: `map! { name: value, "another-name": value }`.
#[macro_export]
macro_rules! map {
    ($($name:tt: $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut map = $crate::gemproof::Value::map();
        $(map.set($crate::map_key!($name), $value);)*
        map
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! map_key {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:literal) => {
        $name
    };
}

/// A list: `list![1, "two", 3.0]`.
#[macro_export]
macro_rules! list {
    ($($item:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut list = $crate::gemproof::Value::list();
        $(list.push($item);)*
        list
    }};
}

#[doc(hidden)]
pub fn call<T: Json>(tool: impl FnOnce(&Value) -> T, arguments: i32) -> i32 {
    tool(&Value(arguments)).handle()
}

// ---- values --------------------------------------------------------------------------------------

/// A JSON value, or nothing: what a missing member reads as. It lives with the host; this is a handle to it.
///
/// A value belongs to its variable, as in Rust elsewhere: changing it changes neither the map it was read from nor the
/// world. A clone costs a reference count.
pub struct Value(i32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nothing,
    Null,
    Bool,
    Int,
    /// A number that is no integer of 64 bits.
    Float,
    Text,
    List,
    Map,
}

/// What can stand in a map, a list, an answer or the world.
pub trait Json: Sized {
    fn value(self) -> Value;

    /// A handle to be read at once. A borrowed value is not copied for it.
    #[doc(hidden)]
    fn handle(self) -> i32 {
        self.value().0
    }
}

impl Json for Value {
    fn value(self) -> Value {
        self
    }
}

impl Json for &Value {
    fn value(self) -> Value {
        self.clone()
    }

    fn handle(self) -> i32 {
        self.0
    }
}

impl Json for &str {
    fn value(self) -> Value {
        Value(host!(text(self.as_ptr(), self.len())))
    }
}

impl Json for String {
    fn value(self) -> Value {
        self.as_str().value()
    }
}

impl Json for &String {
    fn value(self) -> Value {
        self.as_str().value()
    }
}

impl Json for bool {
    fn value(self) -> Value {
        Value(host!(bool(self as i32)))
    }
}

impl Json for i64 {
    fn value(self) -> Value {
        Value(host!(int(self)))
    }
}

impl Json for i32 {
    fn value(self) -> Value {
        i64::from(self).value()
    }
}

impl Json for u32 {
    fn value(self) -> Value {
        i64::from(self).value()
    }
}

impl Json for usize {
    fn value(self) -> Value {
        (self as i64).value()
    }
}

/// A fault where the number is not finite: JSON has no other.
impl Json for f64 {
    fn value(self) -> Value {
        Value(host!(float(self)))
    }
}

/// `null`.
impl Json for () {
    fn value(self) -> Value {
        Value(host!(null()))
    }
}

/// `None` is `null`.
impl<T: Json> Json for Option<T> {
    fn value(self) -> Value {
        match self {
            Some(value) => value.value(),
            None => ().value(),
        }
    }

    fn handle(self) -> i32 {
        self.map_or(0, Json::handle)
    }
}

impl<T: Json> Json for Vec<T> {
    fn value(self) -> Value {
        self.into_iter().collect()
    }
}

impl<'a, T> Json for &'a [T]
where
    &'a T: Json,
{
    fn value(self) -> Value {
        self.iter().collect()
    }
}

impl<T: Json> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        let mut list = Value::list();
        items.into_iter().for_each(|item| list.push(item));
        list
    }
}

impl Value {
    /// What a missing member reads as.
    pub const NOTHING: Value = Value(0);

    /// An empty map.
    pub fn map() -> Value {
        Value(host!(map()))
    }

    /// An empty list.
    pub fn list() -> Value {
        Value(host!(list()))
    }

    /// The value of a JSON text.
    pub fn parse(json: &str) -> Option<Value> {
        Value(host!(parse(json.as_ptr(), json.len()))).present()
    }

    pub fn kind(&self) -> Kind {
        match host!(kind(self.0)) {
            1 => Kind::Null,
            2 => Kind::Bool,
            3 => Kind::Int,
            4 => Kind::Float,
            5 => Kind::Text,
            6 => Kind::List,
            7 => Kind::Map,
            _ => Kind::Nothing,
        }
    }

    /// `None` where there is nothing. `null` is something.
    pub fn present(self) -> Option<Value> {
        if self.0 == 0 {
            None
        } else {
            Some(self)
        }
    }

    /// Whether this is `null` or nothing.
    pub fn is_null(&self) -> bool {
        self.0 == 0 || self.kind() == Kind::Null
    }

    pub fn is_bool(&self) -> bool {
        self.kind() == Kind::Bool
    }

    pub fn is_int(&self) -> bool {
        self.kind() == Kind::Int
    }

    pub fn is_number(&self) -> bool {
        matches!(self.kind(), Kind::Int | Kind::Float)
    }

    pub fn is_text(&self) -> bool {
        self.kind() == Kind::Text
    }

    pub fn is_list(&self) -> bool {
        self.kind() == Kind::List
    }

    pub fn is_map(&self) -> bool {
        self.kind() == Kind::Map
    }

    /// The boolean; a fault when it is none. So are the next three.
    pub fn bool(&self) -> bool {
        host!(as_bool(self.0)) != 0
    }

    pub fn int(&self) -> i64 {
        host!(as_int(self.0))
    }

    /// A number as a float, integers too.
    pub fn float(&self) -> f64 {
        host!(as_float(self.0))
    }

    pub fn text(&self) -> String {
        assert!(self.is_text(), "this is no text");
        self.read()
    }

    pub fn as_bool(&self) -> Option<bool> {
        if self.is_bool() {
            Some(self.bool())
        } else {
            None
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        if self.is_int() {
            Some(self.int())
        } else {
            None
        }
    }

    pub fn as_float(&self) -> Option<f64> {
        if self.is_number() {
            Some(self.float())
        } else {
            None
        }
    }

    pub fn as_text(&self) -> Option<String> {
        if self.is_text() {
            Some(self.read())
        } else {
            None
        }
    }

    /// The JSON text of any value.
    pub fn json(&self) -> String {
        written(|at, len| host!(print(self.0, at, len)))
    }

    fn read(&self) -> String {
        written(|at, len| host!(read(self.0, at, len)))
    }

    /// Bytes of a text, items of a list, members of a map; 0 for all else.
    pub fn len(&self) -> usize {
        host!(len(self.0)) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A member of a map; nothing where it is absent, or where this is no map.
    pub fn field(&self, name: &str) -> Value {
        Value(host!(field(self.0, name.as_ptr(), name.len())))
    }

    /// A member by a name that is a value.
    pub fn member(&self, name: &Value) -> Value {
        Value(host!(member(self.0, name.0)))
    }

    /// An item of a list, negative from the end; nothing where there is none.
    pub fn item(&self, index: i32) -> Value {
        Value(host!(item(self.0, index)))
    }

    /// What a JSON pointer (RFC 6901) leads to.
    pub fn at(&self, pointer: &str) -> Value {
        Value(host!(at(self.0, pointer.as_ptr(), pointer.len())))
    }

    /// The items of a list.
    pub fn items(&self) -> Items {
        self.clone().into_iter()
    }

    /// The names and values of a map.
    pub fn entries(&self) -> impl Iterator<Item = (String, Value)> {
        let map = self.clone();
        let len = if map.is_map() { map.len() } else { 0 };
        (0..len as i32).map(move |at| {
            let name = Value(host!(key(map.0, at)));
            (name.read(), map.member(&name))
        })
    }

    pub fn set(&mut self, name: &str, value: impl Json) {
        host!(set(self.0, name.as_ptr(), name.len(), value.handle()));
    }

    pub fn set_member(&mut self, name: &Value, value: impl Json) {
        host!(set_member(self.0, name.0, value.handle()));
    }

    /// Replaces an item; a fault where there is none.
    pub fn set_item(&mut self, index: i32, value: impl Json) {
        host!(set_item(self.0, index, value.handle()));
    }

    /// Sets what a JSON pointer leads to, and makes the maps on the way.
    pub fn set_at(&mut self, pointer: &str, value: impl Json) {
        host!(set_at(self.0, pointer.as_ptr(), pointer.len(), value.handle()));
    }

    pub fn push(&mut self, value: impl Json) {
        host!(push(self.0, value.handle()));
    }

    /// Removes a member and answers it.
    pub fn delete(&mut self, name: &str) -> Option<Value> {
        Value(host!(delete(self.0, name.as_ptr(), name.len()))).present()
    }

    /// This map with the members of another, which replace its own.
    pub fn merge(mut self, other: &Value) -> Value {
        assert!(self.is_map() && other.is_map(), "merge takes two maps");
        for at in 0..other.len() as i32 {
            let name = Value(host!(key(other.0, at)));
            let value = other.member(&name);
            self.set_member(&name, value);
        }
        self
    }

    /// Whether a list has an item, a map a name, a text a part.
    pub fn contains(&self, part: impl Json) -> bool {
        host!(contains(self.0, part.handle())) != 0
    }

    // Numbers that may be integers or floats, with the results that scripts have: of two integers an integer.

    /// The sum of numbers; texts, and lists, one after the other.
    pub fn add(&self, other: impl Json) -> Value {
        Value(host!(add(self.0, other.handle())))
    }

    pub fn subtract(&self, other: impl Json) -> Value {
        Value(host!(subtract(self.0, other.handle())))
    }

    pub fn multiply(&self, other: impl Json) -> Value {
        Value(host!(multiply(self.0, other.handle())))
    }

    pub fn divide(&self, other: impl Json) -> Value {
        Value(host!(divide(self.0, other.handle())))
    }

    pub fn power(&self, other: impl Json) -> Value {
        Value(host!(power(self.0, other.handle())))
    }

    /// To so many decimals, ties to even on the exact binary value; a float.
    pub fn round(&self, decimals: i64) -> Value {
        Value(host!(round(self.0, decimals)))
    }

    /// The text with so many decimals.
    pub fn fixed(&self, decimals: i64) -> Value {
        Value(host!(fixed(self.0, decimals)))
    }

    /// The sum of a list of numbers.
    pub fn sum(&self) -> Value {
        Value(host!(sum(self.0)))
    }

    /// A list of scalars in order.
    pub fn sorted(&self) -> Value {
        Value(host!(sorted(self.0)))
    }

    /// A text in small letters.
    pub fn lower(&self) -> Value {
        Value(host!(lower(self.0)))
    }

    /// A text in capital letters.
    pub fn upper(&self) -> Value {
        Value(host!(upper(self.0)))
    }

    /// The logarithm to so many digits, as Python's `mpmath` shows it; nothing where there is none.
    pub fn precise_log(&self, base: &Value, digits: i64) -> Value {
        Value(host!(precise_log(self.0, base.0, digits)))
    }

    /// The square root to so many digits, as Python's `decimal` writes it.
    pub fn precise_sqrt(&self, digits: i64) -> Value {
        Value(host!(precise_sqrt(self.0, digits)))
    }

    /// `+ - * ** /` on integers of any size, as integers or texts; nothing beyond 4,300 digits.
    pub fn exact(&self, operator: &str, other: &Value) -> Value {
        Value(host!(exact(self.0, operator.as_ptr(), operator.len(), other.0)))
    }
}

/// What the host writes into a buffer: most texts fit at the first attempt.
fn written(write: impl Fn(*mut u8, usize) -> usize) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(64);
    let len = write(bytes.as_mut_ptr(), bytes.capacity());
    if len > bytes.capacity() {
        bytes.reserve_exact(len);
        write(bytes.as_mut_ptr(), len);
    }
    // SAFETY: the host wrote `len` bytes into the capacity, and the texts of the host are UTF-8.
    unsafe {
        bytes.set_len(len);
        String::from_utf8_unchecked(bytes)
    }
}

impl Clone for Value {
    fn clone(&self) -> Value {
        if self.0 == 0 {
            return Value(0);
        }
        Value(host!(copy(self.0)))
    }
}

/// A text as it is, nothing for `null`, anything else as JSON: what a script shows within a text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = Value(host!(join(0, self.0)));
        f.write_str(&shown.read())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.json())
    }
}

/// Whether two values are the same JSON: `1` and `1.0` are, nothing and `null` too.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        host!(equal(self.0, other.0)) != 0
    }
}

/// Two numbers, or two texts by code points. Anything else has no order.
impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        match host!(compare(self.0, other.0)) {
            -1 => Some(Ordering::Less),
            0 => Some(Ordering::Equal),
            1 => Some(Ordering::Greater),
            _ => None,
        }
    }
}

macro_rules! comparable {
    ($($kind:ty),*) => {$(
        impl PartialEq<$kind> for Value {
            fn eq(&self, other: &$kind) -> bool {
                *self == (*other).value()
            }
        }

        impl PartialOrd<$kind> for Value {
            fn partial_cmp(&self, other: &$kind) -> Option<Ordering> {
                self.partial_cmp(&(*other).value())
            }
        }
    )*};
}

comparable! { &str, bool, i32, i64, f64 }

/// The items of a list; of anything else there are none.
pub struct Items {
    list: Value,
    next: i32,
    end: i32,
}

impl Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if self.next >= self.end {
            return None;
        }
        self.next += 1;
        Some(self.list.item(self.next - 1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}

impl DoubleEndedIterator for Items {
    fn next_back(&mut self) -> Option<Value> {
        if self.next >= self.end {
            return None;
        }
        self.end -= 1;
        Some(self.list.item(self.end))
    }
}

impl ExactSizeIterator for Items {}

impl IntoIterator for Value {
    type Item = Value;
    type IntoIter = Items;

    fn into_iter(self) -> Items {
        let end = if self.is_list() { self.len() as i32 } else { 0 };
        Items { list: self, next: 0, end }
    }
}

impl IntoIterator for &Value {
    type Item = Value;
    type IntoIter = Items;

    fn into_iter(self) -> Items {
        self.items()
    }
}

// ---- the world -----------------------------------------------------------------------------------

/// A record of a table. A key that is neither a text nor an integer names none.
pub fn get(table: &str, key: impl Json) -> Option<Value> {
    Value(host!(get(table.as_ptr(), table.len(), key.handle()))).present()
}

/// All records of a table in the order of their keys, as a list.
pub fn all(table: &str) -> Value {
    Value(host!(query(table.as_ptr(), table.len(), 0)))
}

/// Those whose fields equal the members of a map. A name that starts with `/` is a JSON pointer.
pub fn query(table: &str, condition: impl Json) -> Value {
    Value(host!(query(table.as_ptr(), table.len(), condition.handle())))
}

/// The keys of a table.
pub fn all_keys(table: &str) -> Value {
    Value(host!(keys(table.as_ptr(), table.len(), 0)))
}

/// The keys of the records whose fields equal the members of a map.
pub fn keys(table: &str, condition: impl Json) -> Value {
    Value(host!(keys(table.as_ptr(), table.len(), condition.handle())))
}

/// A new record; a fault when the key is taken.
pub fn insert(table: &str, key: impl Json, record: impl Json) {
    host!(insert(table.as_ptr(), table.len(), key.handle(), record.handle()));
}

/// A new record or a whole replacement.
pub fn put(table: &str, key: impl Json, record: impl Json) {
    host!(put(table.as_ptr(), table.len(), key.handle(), record.handle()));
}

/// Replaces these fields of a record; a fault when there is none.
pub fn update(table: &str, key: impl Json, fields: impl Json) {
    host!(update(table.as_ptr(), table.len(), key.handle(), fields.handle()));
}

/// Removes and answers a record.
pub fn remove(table: &str, key: impl Json) -> Option<Value> {
    Value(host!(remove(table.as_ptr(), table.len(), key.handle()))).present()
}

/// A value of the world that is not a table.
pub fn get_value(name: &str) -> Option<Value> {
    Value(host!(get_value(name.as_ptr(), name.len()))).present()
}

pub fn put_value(name: &str, value: impl Json) {
    host!(put_value(name.as_ptr(), name.len(), value.handle()));
}

/// An id that no record of the table has: in the pattern `#` is a digit, `@` a capital letter, `*` either, `\` takes the
/// next character as it is.
pub fn fresh_id(table: &str, pattern: &str) -> Value {
    Value(host!(fresh_id(table.as_ptr(), table.len(), pattern.as_ptr(), pattern.len())))
}

/// The world's clock as `2024-03-15T09:00:00`.
pub fn now() -> Value {
    Value(host!(now()))
}

/// Its date, `2024-03-15`.
pub fn today() -> Value {
    Value(host!(today()))
}

/// A date or time so many days later, in the form it was given; `None` where the text is neither. So are the next three.
pub fn add_days(date: impl Json, days: i64) -> Option<Value> {
    Value(host!(add_days(date.handle(), days))).present()
}

pub fn add_seconds(time: impl Json, seconds: i64) -> Option<Value> {
    Value(host!(add_seconds(time.handle(), seconds))).present()
}

/// Whole days; negative when `to` is earlier.
pub fn days_between(from: impl Json, to: impl Json) -> Option<i64> {
    Value(host!(days_between(from.handle(), to.handle()))).as_int()
}

pub fn seconds_between(from: impl Json, to: impl Json) -> Option<i64> {
    Value(host!(seconds_between(from.handle(), to.handle()))).as_int()
}

/// Ends the call with an error answer, and undoes its writes.
pub fn fail(answer: impl Json) -> ! {
    host!(fail(answer.handle()))
}

/// Ends the call with an answer, and keeps its writes.
pub fn answer(answer: impl Json) -> ! {
    host!(answer(answer.handle()))
}

/// Ends the call as a fault of the environment: a mistake of the mock itself.
pub fn fault(message: &str) -> ! {
    host!(fault(message.as_ptr(), message.len()))
}

/// Python's `random.Random(seed).randint(low, high)` after `used` outputs of its generator: a list of the number, and
/// of how many are used then.
pub fn random_integer(seed: i64, used: i64, low: i64, high: i64) -> Value {
    Value(host!(random_integer(seed, used, low, high)))
}

/// Likewise for `random()`.
pub fn random_float(seed: i64, used: i64) -> Value {
    Value(host!(random_float(seed, used)))
}

/// In a setup: the keys of the object at a path (a list) of the given state, in the order in which they were written.
pub fn written_keys(path: impl Json) -> Value {
    Value(host!(written_keys(path.handle())))
}

/// Names the rule of `env.toml` by which this call decides.
pub fn cite(rule: &str) {
    host!(cite(rule.as_ptr(), rule.len()));
}

/// The value of an arithmetic expression; a map with `error` where it is none.
pub fn arithmetic(text: &str) -> Value {
    Value(host!(arithmetic(text.handle())))
}
