//! One life that goes through most of what can happen, to be stopped at each of its effects.
//! Written by hand, so that it stays the same.

use super::outside::WELL;
use super::script::Line;
use longshore::queue::Wake;

/// The lines.
pub fn scenario() -> Vec<Line> {
    let steps = |count: usize, luck: u8| std::iter::repeat_n(Line::Step(0, luck), count);
    let (busy, timeout, conflict, refused) = (7, 3, 11, 12);
    let mut lines = vec![read(1, 0), write(0, 0, 0), write(0, 1, 1), read(5, 0), write(1, 0, 3)];
    lines.extend(steps(30, WELL));
    // Stored answers, a write that makes them old, and its lane's answers again.
    lines.extend([read(0, 0), read(1, 0), read(2, 0)]);
    lines.extend(steps(14, WELL));
    lines.extend([write(0, 0, 2), read(2, 0), read(1, 0)]);
    lines.extend(steps(24, WELL));
    // Trouble: a busy server, no answer in time, a conflict, a refusal.
    lines.extend([write(1, 0, 1), write(1, 1, 1)]);
    lines.extend(steps(6, WELL));
    lines.extend(steps(6, busy));
    lines.push(Line::Wait(3_500));
    lines.extend(steps(8, timeout));
    lines.extend([Line::Wait(2_000), Line::Invalidate(0), Line::Wake(Wake::Page)]);
    lines.extend(steps(12, WELL));
    lines.extend([write(2, 0, 0), write(2, 1, 0)]);
    lines.extend(steps(6, WELL));
    lines.extend(steps(6, timeout));
    lines.extend([Line::Flush]);
    lines.extend(steps(8, conflict));
    lines.extend([Line::Retry]);
    lines.extend(steps(10, refused));
    lines.extend([Line::Discard(0), read(4, 0), read(3, 1), Line::Start, write(2, 0, 1)]);
    lines.extend(steps(20, WELL));
    lines.extend([Line::Kill(0, 0x55), Line::Retry]);
    lines.extend(steps(30, WELL));
    lines
}

fn write(lane: u64, item: u64, method: u64) -> Line {
    let bits = item << 8 | 1 << 12 | method << 16 | 1 << 20;
    let rest = (0..3).find(|rest| (bits + rest) % 3 == lane).unwrap_or(0);
    Line::Write(bits + rest)
}

fn read(route: u64, lane: u64) -> Line {
    Line::Read(route + 7 * lane)
}
