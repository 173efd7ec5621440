//! demo-server

fn main() {}
