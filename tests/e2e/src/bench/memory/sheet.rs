//! The cells of a table in MB, which has no percentiles and no times. Takes no figures itself.

use crate::bench::figures::{median, range};
use crate::bench::results::Row;

/// What stands over the columns.
pub fn heads(base: &str) -> [String; 7] {
    let heads = ["case", "", "median, MB", "of the runs", "whole browser, MB"];
    let [case, subject, median, range, browser] = heads.map(str::to_owned);
    [case, subject, median, range, browser, format!("/ {base}"), "of the runs".to_owned()]
}

/// One row.
pub fn cells(row: &Row, base: &Row) -> Vec<String> {
    let ratios = row.ratios(base);
    let ((least, most), (low, high)) = (range(&row.medians), range(&ratios));
    vec![
        row.case.clone(),
        row.subject.clone(),
        format!("{:.0}", median(&row.medians)),
        format!("{least:.0} to {most:.0}"),
        format!("{:.0}", median(&row.browsers)),
        format!("{:.2}", median(&ratios)),
        format!("{low:.2} to {high:.2}"),
    ]
}
