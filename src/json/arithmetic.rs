//! Arithmetic on texts, with the results and error texts of Python 3.11, which most tools of the field call.

use std::cmp::Ordering;

use num_bigint::BigUint;

use crate::json::Json;

/// Longest text that is evaluated, in bytes.
const TEXT_MAX: usize = 2_000;
/// Deepest nesting of parentheses and signs.
const DEPTH_MAX: u32 = 100;

/// `x` to so many decimals, ties to even on the exact binary value.
pub fn round(x: f64, decimals: i64) -> f64 {
    // Beyond, no float has another digit.
    if (0..=323).contains(&decimals) {
        return format!("{x:.*}", decimals as usize).parse().unwrap_or(x);
    }
    if decimals < 0 && x.fract() == 0.0 {
        return without_digits(x, decimals.unsigned_abs());
    }
    if decimals < 0 {
        let unit = 10f64.powi(decimals.unsigned_abs().min(400) as i32);
        return if unit.is_finite() { (x / unit).round_ties_even() * unit } else { 0.0 };
    }
    x
}

/// A whole number without so many digits at its end, ties to even.
fn without_digits(x: f64, digits: u64) -> f64 {
    let text = format!("{:.0}", x.abs());
    if digits > text.len() as u64 {
        return x * 0.0;
    }
    let whole: BigUint = text.parse().unwrap_or_default();
    let unit = BigUint::from(10u8).pow(digits as u32);
    let (mut units, rest) = (&whole / &unit, &whole % &unit);
    let up = match (rest * 2u8).cmp(&unit) {
        Ordering::Less => false,
        Ordering::Equal => units.bit(0),
        Ordering::Greater => true,
    };
    units += u8::from(up);
    (units * unit).to_string().parse::<f64>().map_or(x, |rounded| rounded.copysign(x))
}

/// The text of `x` with so many decimals (0 to 30).
pub fn fixed(x: f64, decimals: i64) -> String {
    format!("{x:.*}", decimals.clamp(0, 30) as usize)
}

/// A number of Python: an integer, or a float.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    fn float(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Float(n) => n,
        }
    }
}

/// A value, or the exception that computing it raised. The whole text is parsed before any of it counts, as Python does.
type Value = Result<Number, String>;

/// Evaluates `+ - * / // % **`, signs, parentheses, integers and decimals.
///
/// # Errors
/// The text of the exception Python raises, for the usual mistakes.
pub fn evaluate(text: &str) -> Result<Json, String> {
    if text.len() > TEXT_MAX {
        return Err(too_deep());
    }
    let text = text.trim_start_matches([' ', '\t']).as_bytes();
    tokens(text)?;
    let mut parser = Parser { text, at: 0, depth: 0 };
    if text.is_empty() {
        return Err("invalid syntax (<string>, line 0)".into());
    }
    let value = parser.sum()?;
    parser.spaces();
    if parser.at < text.len() {
        return Err(parser.unexpected());
    }
    match value? {
        Number::Int(n) => Ok(i64::try_from(n).map_or(Json::Float(n as f64), Json::Int)),
        Number::Float(n) if n.is_finite() => Ok(Json::Float(n)),
        Number::Float(_) => Err("the result is not a finite number".into()),
    }
}

/// What Python's tokeniser refuses before anything is parsed.
fn tokens(text: &[u8]) -> Result<(), String> {
    let mut open = 0u32;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'(' => open += 1,
            b')' => open = open.checked_sub(1).ok_or("unmatched ')' (<string>, line 1)")?,
            b'0'..=b'9' => {
                let digits = text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
                let fraction = at > 0 && text[at - 1] == b'.';
                let whole = &text[at..at + digits];
                let is_float = text.get(at + digits) == Some(&b'.');
                if digits > 1 && whole[0] == b'0' && whole.iter().any(|b| *b != b'0') && !is_float && !fraction {
                    return Err("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers (<string>, line 1)".into());
                }
                at += digits;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

fn syntax() -> String {
    "invalid syntax (<string>, line 1)".into()
}

fn too_deep() -> String {
    "too many nested parentheses (<string>, line 1)".into()
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn spaces(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// The error for what stands here and does not belong.
    fn unexpected(&self) -> String {
        let open = self.text.iter().filter(|b| **b == b'(').count() > self.text.iter().filter(|b| **b == b')').count();
        match self.text.get(self.at) {
            None if open => "'(' was never closed (<string>, line 1)".into(),
            _ => syntax(),
        }
    }

    /// Takes the longest operator that is in the list.
    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        self.spaces();
        let rest = &self.text[self.at..];
        let longest = ["**", "//", "+", "-", "*", "/", "%"].into_iter().find(|op| rest.starts_with(op.as_bytes()))?;
        operators.contains(&longest).then(|| {
            self.at += longest.len();
            longest
        })
    }

    fn sum(&mut self) -> Result<Value, String> {
        let mut left = self.product()?;
        while let Some(op) = self.operator(&["+", "-"]) {
            left = combine(op, left, self.product()?);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Value, String> {
        let mut left = self.signed()?;
        while let Some(op) = self.operator(&["*", "/", "//", "%"]) {
            left = combine(op, left, self.signed()?);
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(too_deep());
        }
        let value = match self.operator(&["+", "-"]) {
            Some("-") => self.signed()?.map(|value| match value {
                Number::Int(n) => n.checked_neg().map_or(Number::Float(-(n as f64)), Number::Int),
                Number::Float(n) => Number::Float(-n),
            }),
            Some(_) => self.signed()?,
            None => self.power()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn power(&mut self) -> Result<Value, String> {
        let base = self.atom()?;
        match self.operator(&["**"]) {
            Some(op) => Ok(combine(op, base, self.signed()?)),
            None => Ok(base),
        }
    }

    fn atom(&mut self) -> Result<Value, String> {
        self.spaces();
        let mut value = match self.text.get(self.at) {
            Some(b'(') => self.parenthesis()?,
            Some(b'0'..=b'9' | b'.') => Ok(self.number()?),
            _ => return Err(self.unexpected()),
        };
        self.spaces();
        while self.text.get(self.at) == Some(&b'(') {
            // A call of a number: its argument is parsed all the same.
            self.parenthesis()?.ok();
            let kind = if matches!(value, Ok(Number::Int(_))) { "int" } else { "float" };
            value = value.and_then(|_| Err(format!("'{kind}' object is not callable")));
            self.spaces();
        }
        Ok(value)
    }

    fn parenthesis(&mut self) -> Result<Value, String> {
        self.at += 1;
        self.spaces();
        if self.text.get(self.at) == Some(&b')') {
            self.at += 1;
            return Ok(Err("float() argument must be a string or a real number, not 'tuple'".into()));
        }
        let value = self.sum()?;
        self.spaces();
        match self.text.get(self.at) {
            Some(b')') => {
                self.at += 1;
                Ok(value)
            }
            Some(b'0'..=b'9') => Err("invalid syntax. Perhaps you forgot a comma? (<string>, line 1)".into()),
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self) -> Result<Number, String> {
        let rest = &self.text[self.at..];
        let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let whole = digits(0);
        let mut len = whole;
        let mut is_float = false;
        if rest.get(len) == Some(&b'.') {
            is_float = true;
            len += 1 + digits(len + 1);
        }
        if is_float && len == 1 {
            return Err(syntax());
        }
        self.at += len;
        let text = std::str::from_utf8(&rest[..len]).expect("digits and points are ASCII");
        if is_float {
            return text.parse().map(Number::Float).map_err(|_| syntax());
        }
        Ok(text.parse().map_or_else(|_| Number::Float(text.parse().unwrap_or(f64::INFINITY)), Number::Int))
    }
}

/// The value of an operation, or the exception of the operand that Python computes first.
fn combine(op: &str, left: Value, right: Value) -> Value {
    apply(op, left?, right?)
}

fn apply(op: &str, left: Number, right: Number) -> Result<Number, String> {
    use Number::{Float, Int};
    if let (Int(a), Int(b)) = (left, right) {
        let exact = match op {
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            "*" => a.checked_mul(b),
            "//" if b == 0 => return Err("integer division or modulo by zero".into()),
            "%" if b == 0 => return Err("integer modulo by zero".into()),
            "//" => a.checked_div_euclid(b).map(|q| if b < 0 && a.rem_euclid(b) != 0 { q - 1 } else { q }),
            "%" => a.checked_rem_euclid(b).map(|r| if b < 0 && r != 0 { r + b } else { r }),
            "**" if b >= 0 => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            _ => None,
        };
        if let Some(n) = exact {
            return Ok(Int(n));
        }
    }
    let ints = matches!((left, right), (Int(_), Int(_)));
    let (a, b) = (left.float(), right.float());
    let value = match op {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" if b == 0.0 => return Err(if ints { "division by zero" } else { "float division by zero" }.into()),
        "/" => a / b,
        "//" if b == 0.0 => return Err("float floor division by zero".into()),
        "//" => (a / b).floor(),
        "%" if b == 0.0 => return Err("float modulo".into()),
        "%" => {
            let r = a % b;
            if r != 0.0 && (r < 0.0) != (b < 0.0) { r + b } else { r }
        }
        _ if a == 0.0 && b < 0.0 => return Err("0.0 cannot be raised to a negative power".into()),
        _ => a.powf(b),
    };
    if value.is_finite() { Ok(Float(value)) } else { Err("(34, 'Numerical result out of range')".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_those_of_python() {
        for (text, value) in [
            ("1 + 2 * 3", "7"),
            ("(1+2)*3", "9"),
            ("7/2", "3.5"),
            ("7//2", "3"),
            ("-7//2", "-4"),
            ("7//-2", "-4"),
            ("-7//-2", "3"),
            ("-7%3", "2"),
            ("7%-3", "-2"),
            ("2**3**2", "512"),
            ("-2**2", "-4"),
            ("2**-1", "0.5"),
            ("1.50 + .25", "1.75"),
            ("3.", "3.0"),
            ("  305 - 250", "55"),
            ("--3", "3"),
            ("0.1+0.2", "0.30000000000000004"),
            ("00", "0"),
            ("6/3", "2.0"),
        ] {
            assert_eq!(evaluate(text).map(|n| n.to_string()).as_deref(), Ok(value), "{text}");
        }
        for (text, error) in [
            ("1/0", "division by zero"),
            ("1.0/0", "float division by zero"),
            ("1//0", "integer division or modulo by zero"),
            ("1 +", "invalid syntax (<string>, line 1)"),
            ("", "invalid syntax (<string>, line 0)"),
            ("(1", "'(' was never closed (<string>, line 1)"),
            ("1)", "unmatched ')' (<string>, line 1)"),
            ("2(3)", "'int' object is not callable"),
            ("()", "float() argument must be a string or a real number, not 'tuple'"),
            ("1/0 2", "invalid syntax (<string>, line 1)"),
            ("/10)", "unmatched ')' (<string>, line 1)"),
            ("(1/0*(2)", "'(' was never closed (<string>, line 1)"),
            ("(2 2)", "invalid syntax. Perhaps you forgot a comma? (<string>, line 1)"),
        ] {
            assert_eq!(evaluate(text), Err(error.to_string()), "{text}");
        }
        assert!(evaluate(&"(".repeat(1_999)).is_err());
        assert!(evaluate(&"-".repeat(1_999)).is_err());
        assert!(evaluate("9**9**9").is_err());
    }

    #[test]
    fn rounding_is_that_of_python() {
        assert_eq!(round(2.675, 2), 2.67);
        assert_eq!(round(0.125, 2), 0.12);
        assert_eq!(round(0.5, 0), 0.0);
        assert_eq!(round(1250.0, -2), 1200.0);
        assert_eq!(round(-1350.0, -2), -1400.0);
        assert_eq!(round(61.0, -2), 100.0);
        assert_eq!(round(61.0, -9), 0.0);
        assert_eq!(round(f64::MAX, -3), f64::MAX);
        assert_eq!(round(1.5e-39, 40), 1.5e-39);
        assert_eq!(round(1.5e-45, 40), 0.0);
        assert_eq!(fixed(1.0, 2), "1.00");
    }
}
