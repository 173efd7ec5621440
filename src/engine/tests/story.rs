//! What happened in a world, in a line of words that a table can hold.

use super::world::World;
use crate::engine::{Answer, Durability, Effect, Op};
use crate::http::Cut;
use crate::ids::ExchangeId;
use crate::tabs::Event;

impl World {
    /// What a page got, in a word or two.
    pub(super) fn got(&self, id: ExchangeId) -> String {
        self.answers.get(&id).map_or_else(|| "nothing".to_owned(), |answer| self.word(answer))
    }

    /// What happened, in order, but for the state of the connection; a fetch with conditions is `fetch?`.
    pub(super) fn story(&self) -> String {
        let words: Vec<String> = self.log.iter().filter_map(|effect| self.told(effect)).collect();
        words.join(" ")
    }

    fn told(&self, effect: &Effect) -> Option<String> {
        let words = match effect {
            Effect::Fetch { upstream, .. } if upstream.extra.iter().next().is_some() => "fetch?".to_owned(),
            Effect::Fetch { .. } => "fetch".to_owned(),
            Effect::Abort { .. } => "abort".to_owned(),
            Effect::Respond { answer, .. } => self.word(answer),
            Effect::Commit { ops, durability, .. } => {
                let strict = if *durability == Durability::Strict { "!" } else { "" };
                ops.iter().map(op_word).collect::<Vec<_>>().join("+") + strict
            }
            Effect::Send { .. } => "send".to_owned(),
            Effect::Reconcile { .. } => "reconcile".to_owned(),
            Effect::Broadcast(Event::Online | Event::Offline) => return None,
            Effect::Broadcast(event) => event.kind().to_owned(),
            Effect::Lookup { .. }
            | Effect::Drop(_)
            | Effect::LoadRows
            | Effect::MakeRoom { .. }
            | Effect::AskLock
            | Effect::ReleaseLock
            | Effect::RegisterSync
            | Effect::Timer { .. }
            | Effect::Progress { .. }
            | Effect::Reply { .. }
            | Effect::Finish { .. } => return None,
        };
        Some(words)
    }

    fn word(&self, answer: &Answer) -> String {
        match answer {
            Answer::Stored { head, cut: Some(cut), .. } if head.status == 200 && *cut == Cut::default() => {
                "bodiless".to_owned()
            }
            Answer::Stored { head, cut: Some(_), .. } => head.status.to_string(),
            Answer::Stored { .. } => "stored".to_owned(),
            Answer::Network { .. } => "network".to_owned(),
            Answer::Made { status, .. } => status.to_string(),
            Answer::Failed => "failed".to_owned(),
            Answer::PassThrough => "through".to_owned(),
        }
    }
}

fn op_word(op: &Op) -> &'static str {
    match op {
        Op::PutEntry { .. } => "put",
        Op::RefreshEntry { .. } => "refresh",
        Op::RemoveEntry { .. } => "remove",
        Op::Touch { .. } => "touch",
        Op::Trim { .. } => "trim",
        Op::KeepPrecached { .. } => "keep",
        Op::Raise { .. } => "raise",
        Op::Forget { .. } => "forget",
        Op::PutRow { .. } => "row",
        Op::PutSide { .. } => "side",
        Op::RemoveRow { .. } => "unrow",
    }
}
