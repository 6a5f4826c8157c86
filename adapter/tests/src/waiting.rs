//! Proofs that who may not wait can't.
//!
//! Whoever has a [`Task`](crate::canon::Task) can wait:
//!
//! ```no_run
//! use wasi_uplift_adapter_tests::{canon::Task, reactor};
//!
//! fn implementation_of_an_async_export(task: Task<'_>) {
//!     reactor::wait(task);
//! }
//! ```
//!
//! A `Drop` has none:
//!
//! ```compile_fail
//! use wasi_uplift_adapter_tests::{canon::Task, reactor};
//!
//! struct Stream;
//!
//! impl Drop for Stream {
//!     fn drop(&mut self) {
//!         reactor::wait();
//!     }
//! }
//! ```
//!
//! It can't make one:
//!
//! ```compile_fail
//! use wasi_uplift_adapter_tests::{canon::Task, reactor};
//! use std::marker::PhantomData;
//!
//! struct Stream;
//!
//! impl Drop for Stream {
//!     fn drop(&mut self) {
//!         reactor::wait(Task(PhantomData));
//!     }
//! }
//! ```
//!
//! Nor can it make an entry without saying `unsafe`, which nothing outside of `canon` may:
//!
//! ```compile_fail
//! #![deny(unsafe_code)]
//! use wasi_uplift_adapter_tests::{canon::Entry, reactor};
//!
//! struct Stream;
//!
//! impl Drop for Stream {
//!     fn drop(&mut self) {
//!         reactor::wait(unsafe { Entry::of_async_export() }.task());
//!     }
//! }
//! ```
//!
//! And nobody can keep one for it:
//!
//! ```compile_fail
//! use wasi_uplift_adapter_tests::{canon::Task, reactor};
//!
//! struct Stream(Task<'static>);
//!
//! fn implementation_of_an_async_export(task: Task<'_>) -> Stream {
//!     Stream(task)
//! }
//!
//! impl Drop for Stream {
//!     fn drop(&mut self) {
//!         reactor::wait(self.0);
//!     }
//! }
//! ```
//!
//! Yielding and cancelling take more: the permission that a task may not have.
//!
//! ```compile_fail
//! use wasi_uplift_adapter_tests::canon::{Task, yield_now};
//!
//! fn implementation_of_an_async_export(task: Task<'_>) {
//!     yield_now(task);
//! }
//! ```
//!
//! ```no_run
//! use wasi_uplift_adapter_tests::canon::{Task, yield_now};
//!
//! fn implementation_of_an_async_export(task: Task<'_>) {
//!     if let Some(may_wait) = task.may_wait() {
//!         yield_now(may_wait);
//!     }
//! }
//! ```
