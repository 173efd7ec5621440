//! What a checked config is read from: a neutral [`Value`], or the browser's own objects, which need not be copied for it.

use super::value::Value;

/// A value of the config.
pub trait Source: Sized {
    /// What stands under a key, if it is an object with that key.
    fn get(&self, key: &str) -> Option<Self>;
    /// The items of a list; of anything else that one.
    fn items(&self) -> Vec<Self>;
    /// The text, if it is one.
    fn text(&self) -> Option<String>;
    /// The number, if it is one.
    fn number(&self) -> Option<f64>;
    /// The truth value, if it is one.
    fn flag(&self) -> Option<bool>;
    /// Whether it stands for a function.
    fn is_hook(&self) -> bool;
    /// One text for what is written alike.
    fn canonical(&self) -> String;
}

impl Source for Value {
    fn get(&self, key: &str) -> Option<Value> {
        Value::get(self, key).cloned()
    }

    fn items(&self) -> Vec<Value> {
        if let Value::List(items) = self { items.clone() } else { vec![self.clone()] }
    }

    fn text(&self) -> Option<String> {
        self.as_text().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    fn flag(&self) -> Option<bool> {
        if let Value::Bool(flag) = self { Some(*flag) } else { None }
    }

    fn is_hook(&self) -> bool {
        Value::is_hook(self)
    }

    fn canonical(&self) -> String {
        Value::canonical(self)
    }
}
