//! What `io` uses of the generated bindings: the traits of its interfaces, and resources, which are
//! values here that the guest owns.

/// Defines a resource, and the handle that borrows it.
macro_rules! resource {
    ($name:ident) => {
        pub struct $name(Box<dyn std::any::Any>);

        impl $name {
            pub fn new(representation: impl std::any::Any) -> Self {
                $name(Box::new(representation))
            }

            pub fn get<T: 'static>(&self) -> &T {
                self.0.downcast_ref().expect("it is of this type")
            }
        }
    };
    ($name:ident, $borrow:ident) => {
        resource!($name);

        impl $name {
            pub fn borrow(&self) -> $borrow<'_> {
                $borrow(self)
            }
        }

        pub struct $borrow<'a>(&'a $name);

        impl $borrow<'_> {
            pub fn get<T: 'static>(&self) -> &T {
                self.0.get()
            }
        }
    };
}

pub mod exports {
    pub mod wasi {
        pub mod io {
            pub mod error {
                resource!(Error);

                pub trait Guest {
                    type Error: GuestError;
                }

                pub trait GuestError: 'static {
                    fn to_debug_string(&self) -> String;
                }
            }

            pub mod poll {
                use crate::canon::Task;

                resource!(Pollable, PollableBorrow);

                pub trait Guest {
                    type Pollable: GuestPollable;
                    fn poll(pollables: Vec<PollableBorrow<'_>>, task: Task<'_>) -> Vec<u32>;
                }

                pub trait GuestPollable: 'static {
                    fn ready(&self, task: Task<'_>) -> bool;
                    fn block(&self, task: Task<'_>);
                }
            }

            pub mod streams {
                use super::error::Error;
                use super::poll::Pollable;
                use crate::canon::Task;

                resource!(InputStream, InputStreamBorrow);
                resource!(OutputStream);

                pub enum StreamError {
                    LastOperationFailed(Error),
                    Closed,
                }

                type Result<T> = std::result::Result<T, StreamError>;

                pub trait Guest {
                    type InputStream: GuestInputStream;
                    type OutputStream: GuestOutputStream;
                }

                pub trait GuestInputStream: 'static {
                    fn read(&self, len: u64, task: Task<'_>) -> Result<Vec<u8>>;
                    fn blocking_read(&self, len: u64, task: Task<'_>) -> Result<Vec<u8>>;
                    fn skip(&self, len: u64, task: Task<'_>) -> Result<u64>;
                    fn blocking_skip(&self, len: u64, task: Task<'_>) -> Result<u64>;
                    fn subscribe(&self) -> Pollable;
                }

                pub trait GuestOutputStream: 'static {
                    fn check_write(&self, task: Task<'_>) -> Result<u64>;
                    fn write(&self, contents: Vec<u8>) -> Result<()>;
                    fn blocking_write_and_flush(
                        &self,
                        bytes: Vec<u8>,
                        task: Task<'_>,
                    ) -> Result<()>;
                    fn flush(&self) -> Result<()>;
                    fn blocking_flush(&self, task: Task<'_>) -> Result<()>;
                    fn subscribe(&self) -> Pollable;
                    fn write_zeroes(&self, len: u64) -> Result<()>;
                    fn blocking_write_zeroes_and_flush(
                        &self,
                        len: u64,
                        task: Task<'_>,
                    ) -> Result<()>;
                    fn splice(
                        &self,
                        source: InputStreamBorrow<'_>,
                        len: u64,
                        task: Task<'_>,
                    ) -> Result<u64>;
                    fn blocking_splice(
                        &self,
                        source: InputStreamBorrow<'_>,
                        len: u64,
                        task: Task<'_>,
                    ) -> Result<u64>;
                }
            }
        }
    }
}
