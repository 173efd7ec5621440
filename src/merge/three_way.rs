//! The three-way merge: what each side has changed since the base is in it; where both have changed the same, a person is asked.

use super::{Decimal, Path, Rules, Value};

/// One thing as three hold it; `None` where it is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides<T> {
    /// What both began with.
    pub base: Option<T>,
    /// What is to be written.
    pub mine: Option<T>,
    /// What stands there now.
    pub theirs: Option<T>,
}

/// What came of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The merged value, theirs at the places of the clashes; `None` where it is to go.
    pub value: Option<Value>,
    /// What was taken from where, for each place at which a side differs from the base, in the order of the value.
    pub report: Vec<(Path, Took)>,
    /// The places at which both have changed something, differently, and nobody has chosen.
    pub clashes: Vec<Clash>,
}

/// Whose change is in the merged value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    /// Mine; theirs is the base's.
    Mine,
    /// Theirs; mine is the base's.
    Theirs,
    /// Both: the same, or added up, or line by line, or item by item.
    Both,
    /// What a person has chosen.
    Chosen,
}

/// A place at which both have changed something.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    /// Where.
    pub at: Path,
    /// What each holds there.
    pub sides: Sides<Value>,
}

/// What a person has decided about a clash.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Mine.
    Mine,
    /// Theirs.
    Theirs,
    /// Something else.
    Value(Value),
}

/// Decisions by place.
pub type Choices = Vec<(Path, Choice)>;

/// Merges `mine` with `theirs`, which both began with `base`. With equal input the result is the same, and no order of members but
/// theirs, with mine behind it, is in it.
#[must_use]
pub fn merge(sides: Sides<&Value>, rules: &Rules, choices: &Choices) -> Merged {
    let mut merging = Merging { rules, choices, report: Vec::new(), clashes: Vec::new() };
    let value = merging.value(&Path::default(), sides);
    Merged { value, report: merging.report, clashes: merging.clashes }
}

/// A merge under way.
pub(super) struct Merging<'a> {
    pub(super) rules: &'a Rules,
    choices: &'a Choices,
    report: Vec<(Path, Took)>,
    clashes: Vec<Clash>,
}

impl Merging<'_> {
    /// Merges what stands at one place.
    pub(super) fn value(&mut self, at: &Path, sides: Sides<&Value>) -> Option<Value> {
        let Sides { base, mine, theirs } = sides;
        if let Some((_, choice)) = self.choices.iter().find(|(place, _)| place == at) {
            self.report.push((at.clone(), Took::Chosen));
            return match choice {
                Choice::Mine => mine.cloned(),
                Choice::Theirs => theirs.cloned(),
                Choice::Value(value) => Some(value.clone()),
            };
        }
        let (took, value) = if mine == theirs {
            (Took::Both, theirs)
        } else if mine == base {
            (Took::Theirs, theirs)
        } else if theirs == base {
            (Took::Mine, mine)
        } else {
            return self.both(at, sides);
        };
        if value != base {
            self.report.push((at.clone(), took));
        }
        value.cloned()
    }

    /// Both have changed it, differently.
    fn both(&mut self, at: &Path, sides: Sides<&Value>) -> Option<Value> {
        if let Some(merged) = self.objects(at, sides).or_else(|| self.lists(at, sides)) {
            return Some(merged);
        }
        if let Some(merged) = self.whole(at, sides) {
            self.report.push((at.clone(), Took::Both));
            return Some(merged);
        }
        let sides = Sides { base: sides.base.cloned(), mine: sides.mine.cloned(), theirs: sides.theirs.cloned() };
        let theirs = sides.theirs.clone();
        self.clashes.push(Clash { at: at.clone(), sides });
        theirs
    }

    /// Member by member: theirs in their order, then what is new in mine.
    fn objects(&mut self, at: &Path, sides: Sides<&Value>) -> Option<Value> {
        let (mine, theirs) = (sides.mine?, sides.theirs?);
        let new = mine.as_object()?.iter().filter(|(name, _)| theirs.get(name).is_none());
        let mut merged = Vec::new();
        // What both have removed is in neither, and what one has removed is looked at as the other's.
        for (name, _) in theirs.as_object()?.iter().chain(new) {
            let base = sides.base.and_then(|base| base.get(name));
            let sides = Sides { base, mine: mine.get(name), theirs: theirs.get(name) };
            merged.extend(self.value(&at.child(name), sides).map(|value| (name.clone(), value)));
        }
        Some(Value::Object(merged))
    }

    /// Numbers that count, and texts that are merged by lines.
    fn whole(&self, at: &Path, sides: Sides<&Value>) -> Option<Value> {
        let (mine, theirs) = (sides.mine?, sides.theirs?);
        if self.rules.is_counter(at) {
            let number = |value: &Value| if let Value::Number(text) = value { Decimal::parse(text) } else { None };
            // What neither had before, both may have begun.
            let base = sides.base.map_or_else(|| Decimal::parse("0"), number)?;
            return Some(Value::Number(Decimal::add_up(base, number(mine)?, number(theirs)?)?.written()));
        }
        if self.rules.is_text(at) {
            let base = sides.base.and_then(Value::as_text).unwrap_or_default();
            return diffy::merge(base, mine.as_text()?, theirs.as_text()?).ok().map(Value::Text);
        }
        None
    }
}
