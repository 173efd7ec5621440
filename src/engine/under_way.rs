//! What is under way, by number.
//! Gives no numbers out, and keeps no order.

/// Things under numbers. Only a handful is under way at a time, so a list does.
#[derive(Debug)]
pub struct UnderWay<K, V>(Vec<(K, V)>);

impl<K, V> Default for UnderWay<K, V> {
    fn default() -> Self {
        UnderWay(Vec::new())
    }
}

impl<K: Copy + PartialEq, V> UnderWay<K, V> {
    /// Puts something under a number that nothing else has.
    pub fn insert(&mut self, number: K, thing: V) {
        self.0.push((number, thing));
    }

    /// What is there under a number.
    pub fn get(&self, number: &K) -> Option<&V> {
        self.0.iter().find(|(own, _)| own == number).map(|(_, thing)| thing)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, number: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(own, _)| own == number).map(|(_, thing)| thing)
    }

    /// Takes it away.
    pub fn remove(&mut self, number: &K) -> Option<V> {
        let place = self.0.iter().position(|(own, _)| own == number)?;
        Some(self.0.swap_remove(place).1)
    }

    /// Whether nothing is under way.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
