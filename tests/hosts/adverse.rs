//! Runs a program on a machine that lacks something: `adverse-machine CONDITION PROGRAM [ARGS...]`.
//!
//! The program and the operating system are real. The system's own means make the machine lack
//! something: a network namespace, a limit, or a filter that lets a system call fail.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    panic!("machines that lack something are made of Linux");
}

#[cfg(target_os = "linux")]
mod linux {
    use libc::{AF_INET, AF_INET6, EADDRINUSE, EAFNOSUPPORT, EAGAIN, ECONNRESET, EPROTONOSUPPORT};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };
    use std::io::Write as _;
    use std::net::UdpSocket;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, ExitCode};
    use std::{env, fs, thread};

    /// The word before the condition when this program runs itself within a namespace.
    const INSIDE: &str = "inside";

    pub fn main() -> ExitCode {
        let mut words: Vec<_> = env::args().skip(1).collect();
        let inside = words.first().is_some_and(|word| word == INSIDE);
        if inside {
            words.remove(0);
        }
        let [condition, program @ ..] = &words[..] else {
            panic!("usage: adverse-machine CONDITION PROGRAM [ARGS...]");
        };
        match condition.as_str() {
            "no-ipv6" => failing(&[(libc::SYS_socket, Some(AF_INET6))], EAFNOSUPPORT),
            "no-sockets" => failing(
                &[
                    (libc::SYS_socket, Some(AF_INET)),
                    (libc::SYS_socket, Some(AF_INET6)),
                ],
                EPROTONOSUPPORT,
            ),
            "no-listening" => failing(&[(libc::SYS_listen, None)], EADDRINUSE),
            "nonsense" => failing(&[(libc::SYS_connect, None)], ECONNRESET),
            "full-buffers" => failing(
                &[
                    (libc::SYS_sendto, None),
                    (libc::SYS_sendmsg, None),
                    (libc::SYS_sendmmsg, None),
                ],
                EAGAIN,
            ),
            "few-files" => {
                let mut limited = vec!["prlimit".to_owned(), "--nofile=64".to_owned()];
                limited.extend_from_slice(program);
                exec(&limited)
            }
            _ if !inside => {
                let own = env::current_exe().expect("the path of this program");
                let own = own.to_str().expect("a path in UTF-8");
                let mut apart = [
                    "unshare",
                    "--map-root-user",
                    "--net",
                    "--mount",
                    own,
                    INSIDE,
                ]
                .map(str::to_owned)
                .to_vec();
                apart.extend_from_slice(&words);
                exec(&apart)
            }
            "one-port" => {
                only_loopback();
                setting("ip_local_port_range", "40000 40000");
            }
            "alone" => {
                only_loopback();
                // A connection is given up after three seconds, the shortest time that there is.
                setting("tcp_syn_retries", "1");
            }
            "no-answers" => return with_resolver(program),
            other => panic!("no condition {other:?}"),
        }
        exec(program)
    }

    /// Replaces this process by another program.
    fn exec(words: &[String]) -> ! {
        let error = Command::new(&words[0]).args(&words[1..]).exec();
        panic!("starting {}: {error}", words[0]);
    }

    /// Makes these system calls fail, each only with its first argument if one is given.
    fn failing(calls: &[(i64, Option<i32>)], errno: i32) {
        let rules = |call| {
            let rule = |argument| {
                let equal = SeccompCmpOp::Eq;
                let condition =
                    SeccompCondition::new(0, SeccompCmpArgLen::Dword, equal, argument as u64);
                let conditions = vec![condition.expect("a condition")];
                SeccompRule::new(conditions).expect("a rule")
            };
            let of_call = calls.iter().filter(|(of, _)| *of == call);
            of_call
                .filter_map(|(_, argument)| argument.map(rule))
                .collect()
        };
        let filter = SeccompFilter::new(
            calls
                .iter()
                .map(|(call, _)| (*call, rules(*call)))
                .collect(),
            SeccompAction::Allow,
            SeccompAction::Errno(errno as u32),
            env::consts::ARCH.try_into().expect("a known processor"),
        );
        let filter: BpfProgram = filter
            .and_then(TryInto::try_into)
            .expect("a filter of system calls");
        seccompiler::apply_filter(&filter).expect("filtering system calls");
    }

    /// Starts loopback, which is down in a new namespace.
    fn only_loopback() {
        run(&["ip", "link", "set", "lo", "up"]);
    }

    fn setting(name: &str, value: &str) {
        let path = format!("/proc/sys/net/ipv4/{name}");
        fs::write(&path, value).unwrap_or_else(|error| panic!("writing {path}: {error}"));
    }

    fn run(words: &[&str]) {
        let status = Command::new(words[0]).args(&words[1..]).status();
        match status {
            Ok(status) if status.success() => {}
            other => panic!("{}: {other:?}", words.join(" ")),
        }
    }

    // -----------------------------------------------------------------------
    // A name server
    // -----------------------------------------------------------------------

    /// The code of RFC 1035, section 4.1.1, for a question that can't be answered now.
    const SERVER_FAILURE: u8 = 2;

    /// The length of a message's header.
    const HEADER: usize = 12;

    /// Runs the program beside the machine's only name server, which answers with failures.
    fn with_resolver(program: &[String]) -> ExitCode {
        only_loopback();
        let mut file = tempfile::NamedTempFile::new().expect("making a file");
        writeln!(file, "nameserver 127.0.0.1").expect("writing a file");
        let path = file.path().to_str().expect("a path in UTF-8");
        run(&["mount", "--bind", path, "/etc/resolv.conf"]);

        let server = UdpSocket::bind("127.0.0.1:53").expect("the port of name servers");
        thread::spawn(move || {
            let mut message = [0; 512];
            while let Ok((len, from)) = server.recv_from(&mut message) {
                if let Some(len) = answer(&mut message[..len]) {
                    // A client whose answer is lost asks again.
                    let _ = server.send_to(&message[..len], from);
                }
            }
        });
        let status = Command::new(&program[0]).args(&program[1..]).status();
        let code = status.expect("starting the program").code();
        ExitCode::from(code.expect("an exit code") as u8)
    }

    /// Turns a question into its answer, and returns the answer's length.
    fn answer(message: &mut [u8]) -> Option<usize> {
        let mut at = HEADER;
        // The name: labels with their lengths, the last is empty.
        while *message.get(at)? != 0 {
            at += 1 + usize::from(message[at]);
        }
        // The type and the class of the question follow it.
        let end = at + 5;
        message.get(..end)?;
        const ANSWER: u8 = 0x80;
        const RECURSION_AVAILABLE: u8 = 0x80;
        message[2] |= ANSWER;
        message[3] = RECURSION_AVAILABLE | SERVER_FAILURE;
        // The answer has no records but the question.
        message[6..HEADER].fill(0);
        Some(end)
    }
}
