//! The port where tests command outages and read what happened. Stays up through every fault.

use std::{io, net::SocketAddr};

use axum::{Json, Router, body::Bytes, extract::State, http::StatusCode, routing::get};
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{faults::Faults, listener::Gate, log::Log, orders::Orders, problem::Problem, store::Store};

/// What the control port reaches.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Opens and closes the listener.
    pub gate: Gate,
    /// The orders in force.
    pub faults: Faults,
    /// What arrived.
    pub log: Log,
    /// Where the effects are listed.
    pub store: Store,
}

/// Listens for commands. Returns the address in use and the task that answers there.
pub async fn listen(address: SocketAddr, desk: Desk) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/faults", get(orders).put(order).delete(lift))
        .route("/log", get(report).delete(clear))
        .with_state(desk);
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("demo-server: control port: {error}");
        }
    });
    Ok((address, task))
}

async fn orders(State(desk): State<Desk>) -> Json<Orders> {
    Json(desk.faults.orders())
}

/// `PUT /faults`: has taken effect when it is answered.
async fn order(State(desk): State<Desk>, body: Bytes) -> Result<StatusCode, Problem> {
    let wrong = |error: serde_json::Error| Problem::new(422, error.to_string());
    // By way of an object: serde would also take a struct from a list.
    let fields: Map<String, Value> = serde_json::from_slice(&body).map_err(wrong)?;
    let orders: Orders = serde_json::from_value(fields.into()).map_err(wrong)?;
    orders.check()?;
    apply(&desk, orders).await
}

/// `DELETE /faults`: the same as an empty `PUT`.
async fn lift(State(desk): State<Desk>) -> Result<StatusCode, Problem> {
    apply(&desk, Orders::default()).await
}

async fn apply(desk: &Desk, orders: Orders) -> Result<StatusCode, Problem> {
    let refuse = orders.refuse;
    desk.faults.replace(orders);
    let done = if refuse { desk.gate.refuse().await } else { desk.gate.accept().await };
    done.map_err(|error| Problem::new(500, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /log`: the effects from the database, the rest from memory.
async fn report(State(desk): State<Desk>) -> Result<Json<Value>, Problem> {
    let applied = desk.store.read(|connection| {
        let sql = "SELECT seq, key, method, path, lane, n, at FROM applied ORDER BY seq";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(json!({ "seq": row.get::<_, i64>(0)?, "key": row.get::<_, Option<String>>(1)?,
                       "method": row.get::<_, String>(2)?, "path": row.get::<_, String>(3)?,
                       "lane": row.get::<_, Option<String>>(4)?, "n": row.get::<_, Option<i64>>(5)?,
                       "at": row.get::<_, i64>(6)? }))
        })?;
        Ok(rows.collect::<Result<Vec<Value>, _>>()?)
    });
    let applied = applied.await?;
    let mut report = desk.log.report();
    report["applied"] = Value::Array(applied);
    Ok(Json(report))
}

async fn clear(State(desk): State<Desk>) -> StatusCode {
    desk.log.clear();
    StatusCode::NO_CONTENT
}
