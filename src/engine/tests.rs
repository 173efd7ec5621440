//! Tests of the engine: what it asks of the world, told by a small world that answers.

mod asks;
mod by_http;
mod chance;
mod flights;
mod generations;
mod marks;
mod parts;
mod precaching;
mod provenance;
mod story;
mod strategies;
mod world;
mod writes;
