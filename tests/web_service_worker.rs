//! The browser shell's cases, run in a service worker.
#![cfg(target_arch = "wasm32")]

mod web;

use wasm_bindgen_test::wasm_bindgen_test as test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_service_worker);

#[test]
fn bad_config_is_refused_by_path() {
    web::bad_config_is_refused_by_path();
}

#[test]
async fn cache_first_answers_from_the_store() {
    web::cache_first_answers_from_the_store().await;
}

#[test]
async fn a_write_without_a_network_is_kept() {
    web::a_write_without_a_network_is_kept().await;
}

#[test]
async fn a_discarded_write_is_gone() {
    web::a_discarded_write_is_gone().await;
}

#[test]
async fn a_database_deleted_under_way_is_opened_again() {
    web::a_database_deleted_under_way_is_opened_again().await;
}

#[test]
async fn a_database_of_version_1_is_upgraded_with_all_it_holds() {
    web::a_database_of_version_1_is_upgraded_with_all_it_holds().await;
}

#[test]
async fn a_database_of_a_newer_version_is_left_alone() {
    web::a_database_of_a_newer_version_is_left_alone().await;
}

#[test]
async fn a_body_in_chunks_is_stored_when_all_are_there() {
    web::a_body_in_chunks_is_stored_when_all_are_there().await;
}

#[test]
async fn old_invalidations_are_forgotten() {
    web::old_invalidations_are_forgotten().await;
}

#[test]
async fn another_library_reads_the_database_and_makes_the_same() {
    web::schema::another_library_reads_the_database_and_makes_the_same().await;
}

#[test]
async fn a_route_keeps_what_was_used_last() {
    web::limits::a_route_keeps_what_was_used_last().await;
}

#[test]
async fn limits_for_all_take_expired_answers_first_and_then_go_by_priority() {
    web::limits::limits_for_all_take_expired_answers_first_and_then_go_by_priority().await;
}

#[test]
async fn bytes_are_limited() {
    web::limits::bytes_are_limited().await;
}
