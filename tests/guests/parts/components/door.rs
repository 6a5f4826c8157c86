//! Listens, and lets go of what it has.

wit_bindgen::generate!({ world: "the-door", path: "wit" });

use std::cell::RefCell;
use std::io::{ErrorKind, Read as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

struct Door;

thread_local! {
    static LISTENER: RefCell<Option<TcpListener>> = const { RefCell::new(None) };
    static STREAMS: RefCell<Vec<TcpStream>> = const { RefCell::new(Vec::new()) };
}

impl exports::test::parts::door::Guest for Door {
    fn open(asks: bool) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        if asks {
            let error = listener.accept().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        }
        let port = listener.local_addr().unwrap().port();
        LISTENER.set(Some(listener));
        port
    }

    fn let_in(asks: bool) -> bool {
        LISTENER.with_borrow(|listener| {
            let Ok((mut stream, _)) = listener.as_ref().unwrap().accept() else {
                return false;
            };
            stream.set_nonblocking(true).unwrap();
            if asks {
                let error = stream.read(&mut [0]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
            }
            STREAMS.with_borrow_mut(|streams| streams.push(stream));
            true
        })
    }

    fn shut() {
        STREAMS.take();
        LISTENER.take();
    }
}

impl exports::test::parts::rest::Guest for Door {
    fn nap() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

export!(Door);
