//! What an empty database is filled with: two boards as a team might have them. Ids are fixed, so that tests and
//! links find them again.

use axum::body::Bytes;
use rusqlite::{Connection, TransactionBehavior};

use crate::{
    attachments::{self, Upload},
    boards, cards, comments,
    problem::Problem,
};

/// How long before the filling each card and comment seems to have been written, per step.
const STEP_MS: i64 = 47 * 60 * 1000;

/// A card: column, title, text, and its comments as author and text.
type Card = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The drawing on one of the cards.
const DRAWING: &str = include_str!("seed/berth.svg");

/// The first board.
const LAUNCH: (&str, &[Card]) = (
    "Spring launch",
    &[
        (
            "todo",
            "Write the announcement",
            "Two paragraphs for the newsletter, one picture.\nTone: plain and glad.",
            &[("Mara", "I can have a first draft on Thursday."), ("Jonas", "Please mention the new opening hours.")],
        ),
        ("todo", "Order the printed posters", "A2, matte, forty of them. Last day to order is the 12th.", &[]),
        (
            "todo",
            "Ask the harbour office about the pier",
            "We need it from 9 to 17 on both days, with power.",
            &[("Ines", "They call back after their Monday meeting.")],
        ),
        ("todo", "Plan who welcomes the guests", "", &[]),
        (
            "doing",
            "Draw the site plan",
            "Stage, food, first aid, and the way in for the fire brigade.",
            &[
                ("Ravi", "First sketch attached. The stage is still too close to the water."),
                ("Ines", "Better with the food on the left, then the queue does not block the way in."),
            ],
        ),
        ("doing", "Collect quotes for the sound system", "Three so far; the cheapest has no engineer.", &[]),
        (
            "doing",
            "Test the ticket page on old phones",
            "Slow network and small screens first.",
            &[("Jonas", "Works on the train, tunnel included.")],
        ),
        ("done", "Fix the date", "Second weekend of May.", &[("Mara", "Told everybody.")]),
        ("done", "Reserve the rain tent", "Paid until the end of March; can be cancelled for half.", &[]),
    ],
);

/// The second board.
const WORKSHOP: (&str, &[Card]) = (
    "Workshop",
    &[
        (
            "todo",
            "Repair the band saw",
            "The guide wheel rattles. Spare part is in the blue drawer.",
            &[("Ravi", "Do not use it until then, please.")],
        ),
        ("todo", "Restock sandpaper", "80, 120 and 240 are nearly gone.", &[]),
        ("doing", "Build the new workbench", "Beech top, drawers on the left. Glue dries until Friday.", &[]),
        ("done", "Label the switches", "", &[("Ines", "Finally!")]),
        ("done", "Sort the offcuts", "Anything under 20 cm went to the stove.", &[]),
    ],
);

/// Fills the database if no board was ever written.
pub fn fill_when_new(connection: &mut Connection, now: i64) -> Result<(), Problem> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let filled: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if filled == 0 {
        fill_board(&transaction, 1, &LAUNCH, now)?;
        fill_board(&transaction, 2, &WORKSHOP, now)?;
        transaction.pragma_update(None, "user_version", 1)?;
    }
    Ok(transaction.commit()?)
}

fn fill_board(connection: &Connection, board: u32, content: &(&str, &[Card]), now: i64) -> Result<(), Problem> {
    let (title, list) = content;
    let board_id = id(board, 0, 0);
    let mut when = now - STEP_MS * (list.len() as i64 + 1) * 3;
    boards::insert(connection, &board_id, title, when)?;
    for (number, (column, title, text, remarks)) in (1..).zip(list.iter()) {
        when += STEP_MS;
        let card = cards::Draft {
            id: id(board, number, 0),
            board: board_id.clone(),
            title: (*title).to_owned(),
            text: (*text).to_owned(),
            column: (*column).to_owned(),
            position: Some(f64::from(number) * 1024.0),
        };
        cards::insert(connection, &card, when)?;
        for (remark, (author, text)) in (1..).zip(remarks.iter()) {
            when += STEP_MS;
            let (author, text) = ((*author).to_owned(), (*text).to_owned());
            let draft = comments::Draft { id: id(board, number, remark), card: card.id.clone(), author, text };
            comments::insert(connection, &draft, when)?;
        }
        if *title == "Draw the site plan" {
            attachments::insert(connection, &card.id, drawing(id(board, number, 99)))?;
        }
    }
    Ok(())
}

fn drawing(id: String) -> Upload {
    let bytes = Bytes::from_static(DRAWING.as_bytes());
    Upload { id: Some(id), name: "site-plan.svg".to_owned(), content_type: "image/svg+xml".to_owned(), bytes }
}

fn id(board: u32, card: u32, part: u32) -> String {
    format!("{board:08x}-{card:04x}-4{part:03x}-8000-000000000000")
}
