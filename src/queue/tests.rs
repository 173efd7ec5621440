//! Tests of the queue: verdicts by table, the machine by behaviour, and whole lives by chance.

mod conflicts;
mod machine;
mod persons;
mod rig;
mod scripts;
mod trouble;
mod turns;
mod verdicts;
mod world;
