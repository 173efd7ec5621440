//! The picture of results: a bar for each row of each table, one column per engine.
//! Plain SVG with its own background, so that it can be read in a dark page too.

use super::figures::median;
use super::results::{Measured, Results};
use super::subject::{Peer, Subject};
use super::table::{Table, Unit};
use super::tables::TABLES;

/// Width of a column, px.
const COLUMN: f64 = 620.0;

/// Where bars begin in a column.
const BARS: f64 = 250.0;

/// The longest bar.
const LONGEST: f64 = 270.0;

/// From one line to the next.
const LINE: f64 = 18.0;

/// The picture.
pub fn picture(results: &Results) -> String {
    let mut parts = Vec::new();
    let mut height: f64 = 0.0;
    for (column, engine) in results.engines.keys().enumerate() {
        let mut canvas = Canvas { left: 16.0 + column as f64 * COLUMN, top: 34.0, parts: Vec::new() };
        canvas.text(0.0, "h1", engine);
        canvas.top += LINE;
        for table in TABLES {
            if let Some(measured) = results.of(engine, table) {
                canvas.table(table, measured);
            }
        }
        height = height.max(canvas.top);
        parts.append(&mut canvas.parts);
    }
    let width = 16.0 + results.engines.len() as f64 * COLUMN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>text {{ font: 12px sans-serif; fill: #1f2430 }} .h1 {{ font-size: 18px; font-weight: bold }} \
         .h2 {{ font-size: 14px; font-weight: bold }} .h3 {{ fill: #5b6270 }} rect {{ fill: #a9b2c3 }} \
         .ours {{ fill: #1769c4 }} .page {{ fill: #ffffff }}</style>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n{}\n</svg>\n",
        parts.join("\n")
    )
}

/// Where the next thing goes.
struct Canvas {
    left: f64,
    top: f64,
    parts: Vec<String>,
}

impl Canvas {
    /// A heading, and a group of bars for each case; within a group bars share a scale.
    fn table(&mut self, table: &Table, measured: &Measured) {
        self.top += LINE;
        let better = match table.unit {
            Unit::Milliseconds => "ms, shorter is better",
            Unit::PerSecond => "requests/s, longer is better",
            Unit::Megabytes => "MB, shorter is better",
        };
        self.text(0.0, "h2", &format!("{} ({better})", table.title.split(" (").next().unwrap_or_default()));
        self.top += LINE;
        for case in table.cases {
            let figure = |subject: &'static Subject| {
                let row = measured.row(&subject.label(), case.name)?;
                Some((subject, median(&row.medians))).filter(|(_, figure)| figure.is_finite())
            };
            let bars: Vec<_> = table.subjects.iter().filter_map(figure).collect();
            let most = bars.iter().map(|(_, figure)| *figure).fold(f64::MIN_POSITIVE, f64::max);
            self.text(0.0, "h3", case.name);
            self.top += LINE;
            for (subject, figure) in bars {
                self.bar(subject, figure, most);
            }
            self.top += LINE / 2.0;
        }
    }

    fn bar(&mut self, subject: &Subject, figure: f64, most: f64) {
        let length = (LONGEST * figure / most).max(1.0);
        let ours = if subject.peer == Peer::Longshore { " class=\"ours\"" } else { "" };
        let (x, y, height) = (self.left + BARS, self.top - 11.0, LINE - 5.0);
        self.parts.push(format!("<rect{ours} x=\"{x}\" y=\"{y}\" width=\"{length:.1}\" height=\"{height}\"/>"));
        self.text(16.0, "", &subject.label());
        let places = if most < 100.0 { 2 } else { 0 };
        self.text(BARS + length + 6.0, "", &format!("{figure:.places$}"));
        self.top += LINE;
    }

    fn text(&mut self, indent: f64, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let (x, y) = (self.left + indent, self.top);
        self.parts.push(format!("<text{class} x=\"{x:.1}\" y=\"{y}\">{}</text>", text.replace('&', "&amp;")));
    }
}
