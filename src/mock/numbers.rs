//! Host functions for numbers as Python has them: its random numbers, its big integers, and more digits than a float has.

use std::sync::Arc;

use num_bigint::{BigInt, Sign};

use super::host::{Done, Host, charge, finite, limit, mistake};
use super::precise::{self, NoLog};
use super::random::Random;
use crate::json::Json;

fn source(seed: i64, used: i64) -> Done<Random> {
    match u64::try_from(used) {
        Ok(used) => Ok(Random { seed, used }),
        Err(_) => mistake("the outputs used of a random source are a number from 0"),
    }
}

/// A number, and how many outputs of the generator are used after it.
fn drawn(value: Json, source: Random) -> Json {
    Json::list(vec![value, Json::Int(source.used as i64)])
}

/// The text of a number; `None` where there is none.
fn shown(found: Result<String, NoLog>) -> Done<Option<Json>> {
    match found {
        Ok(text) => Ok(Some(Json::text(text))),
        Err(NoLog::NoNumber | NoLog::Division) => Ok(None),
        Err(NoLog::Exceeded(exceeded)) => limit(exceeded.to_string()),
        Err(NoLog::Digits) => limit(format!("a number of more than {} digits", precise::DIGITS_MAX)),
    }
}

/// An integer, or the text of one.
fn integer(value: &Json) -> Done<BigInt> {
    let integer = match value {
        Json::Int(n) => Some(BigInt::from(*n)),
        Json::Text(text) => {
            charge(text.len() as u64)?;
            BigInt::parse_bytes(text.as_bytes(), 10)
        }
        _ => None,
    };
    integer.map_or_else(|| mistake("exact arithmetic is of integers and their texts"), Ok)
}

impl Host {
    pub fn random_integer(&self, seed: i64, used: i64, low: i64, high: i64) -> Done<Json> {
        let mut source = source(seed, used)?;
        match source.integer(low, high).or_else(|exceeded| limit(exceeded.to_string()))? {
            Some(value) => Ok(drawn(Json::Int(value), source)),
            None => mistake(format!("there is no integer from {low} to {high}")),
        }
    }

    pub fn random_float(&self, seed: i64, used: i64) -> Done<Json> {
        let mut source = source(seed, used)?;
        let value = source.float().or_else(|exceeded| limit(exceeded.to_string()))?;
        Ok(drawn(Json::Float(value), source))
    }

    pub fn precise_log(&self, value: &Json, base: &Json, digits: i64) -> Done<Option<Json>> {
        shown(precise::log(value, base, digits))
    }

    pub fn precise_sqrt(&self, number: &Json, digits: i64) -> Done<Option<Json>> {
        if digits < 1 || number.as_f64().is_none_or(|n| n < 0.0) {
            return mistake("the square root of a number from 0 has digits from 1");
        }
        shown(precise::square_root(number, digits))
    }

    /// Integers of any size; `None` for results of more digits than Python writes.
    pub fn exact(&self, a: &Json, operator: &str, b: &Json) -> Done<Option<Json>> {
        let (a, b) = (integer(a)?, integer(b)?);
        if operator == "/" {
            return match precise::quotient(&a, &b) {
                Some(quotient) => finite(quotient).map(Some),
                None => mistake(format!("there is no float {a} / {b}")),
            };
        }
        if !["+", "-", "*", "**"].contains(&operator) || operator == "**" && b.sign() == Sign::Minus {
            return mistake(format!("there is no exact {a} {operator} {b}"));
        }
        charge((a.bits() + b.bits()) / 64)?;
        let result = precise::exact(&a, operator, &b).or_else(|exceeded| limit(exceeded.to_string()))?;
        Ok(result.map(|n| match i64::try_from(&n) {
            Ok(n) => Json::Int(n),
            Err(_) => Json::Text(Arc::from(n.to_string())),
        }))
    }
}
