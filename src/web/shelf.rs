//! What is under way, by number.
//! Gives no numbers out.

use std::cell::RefCell;
use std::rc::Rc;

/// A list, since only a handful is under way at a time; shared items, so that none is borrowed while others come and go.
pub struct Shelf<T>(RefCell<Vec<(u64, Rc<T>)>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf(RefCell::default())
    }
}

impl<T> Shelf<T> {
    /// Puts something under a number that nothing else has.
    pub fn put(&self, number: u64, item: T) {
        self.0.borrow_mut().push((number, Rc::new(item)));
    }

    /// What is there under a number.
    pub fn get(&self, number: u64) -> Option<Rc<T>> {
        let list = self.0.borrow();
        list.iter().find(|(own, _)| *own == number).map(|(_, item)| Rc::clone(item))
    }

    /// Takes it away.
    pub fn take(&self, number: u64) -> Option<Rc<T>> {
        let mut list = self.0.borrow_mut();
        let place = list.iter().position(|(own, _)| *own == number)?;
        Some(list.swap_remove(place).1)
    }

    /// Everything that is there.
    pub fn all(&self) -> Vec<Rc<T>> {
        self.0.borrow().iter().map(|(_, item)| Rc::clone(item)).collect()
    }
}
