//! What has to hold for any guest, composed in any way.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Once;
use wasi_uplift::{
    ComposeError, Composed, FuseError, ImportFate, InputError, LinkMode, Linked, Options, Target,
    Verdict, compose, inspect,
};
use wasmparser::{Parser, Payload, Validator};

/// The system's allocator, which counts for each thread.
pub struct Counting;

thread_local! {
    static IN_USE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static TIMES: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    IN_USE.set(IN_USE.get() + bytes);
    PEAK.set(PEAK.get().max(IN_USE.get()));
    TIMES.set(TIMES.get() + usize::from(bytes > 0));
}

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What a computation took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The highest number of bytes that were in use at a time.
    pub memory: usize,
    /// How often memory was allocated, which goes with the time.
    pub allocations: usize,
}

/// What composing may take for a guest: some for any, and some for each byte of it.
struct Bound {
    any: usize,
    byte: usize,
}

impl Bound {
    fn of(&self, guest: &[u8]) -> usize {
        self.any + self.byte * guest.len()
    }
}

/// The bytes that may be in use at a time. Most guests need a tenth of that: the adapter is the same
/// for all, and a component that is instantiated often may become several times as large.
const MEMORY: Bound = Bound {
    any: 16 << 20,
    byte: 400,
};

/// How often memory may be allocated.
const ALLOCATIONS: Bound = Bound {
    any: 1_000_000,
    byte: 100,
};

/// Runs a computation, and says what it took.
pub fn measured<T>(run: impl FnOnce() -> T) -> (T, Cost) {
    let (in_use, times) = (IN_USE.get(), TIMES.get());
    PEAK.set(in_use);
    let result = run();
    let cost = Cost {
        memory: (PEAK.get() - in_use) as usize,
        allocations: TIMES.get() - times,
    };
    (result, cost)
}

/// What came of a guest in [`LinkMode::Auto`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Fused,
    Linked,
    /// It needs nothing of WASI 0.2.
    Same,
    Refused,
    /// It is no valid component.
    Invalid,
}

/// Composes a guest in each way, and checks what comes of it.
pub fn check(guest: &[u8]) -> Result<Outcome, String> {
    warm_up();
    let links = LinkMode::ALL.map(|link| Options::default().link(link));
    let targets = Target::ALL.map(|target| Options::default().target(target));
    // No other guest has anything to do with fronts.
    const HANDLER: &[u8] = b"wasi:http/incoming-handler@";
    let is_server = guest.windows(HANDLER.len()).any(|name| name == HANDLER);
    let front = is_server.then(|| Options::default().front());
    let mut outcome = None;
    let mut results = Results::of(guest);
    // The first is the one whose outcome is told.
    for options in links.iter().chain(&targets[1..]).chain(&front) {
        let found = check_with(guest, options, &mut results);
        let found = found.map_err(|error| format!("{options:?}: {error}"))?;
        outcome.get_or_insert(found);
    }
    outcome.ok_or_else(|| "there is no way to compose".to_string())
}

/// The adapter is read once for each target.
fn warm_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let guest = wat::parse_str(
            r#"(component (import "wasi:random/random@0.2.0" (instance
                (export "get-random-u64" (func (result u64))))))"#,
        );
        let guest = guest.unwrap();
        for target in Target::ALL {
            compose(&guest, &Options::default().target(target)).unwrap();
        }
    });
}

/// The results of a guest, of which several are often the same.
struct Results {
    /// Whether tools for WIT take the guest: not every component is one that WIT can describe.
    is_decoded: bool,
    checked: Vec<Vec<u8>>,
}

impl Results {
    fn of(guest: &[u8]) -> Self {
        Results {
            is_decoded: decode(guest).is_ok(),
            checked: Vec::new(),
        }
    }
}

fn check_with(guest: &[u8], options: &Options, results: &mut Results) -> Result<Outcome, String> {
    let (result, cost) = measured(|| compose(guest, options));
    let (memory, allocations) = (MEMORY.of(guest), ALLOCATIONS.of(guest));
    // The validator makes room for what a section says it has, up to a limit of its own.
    let is_invalid = matches!(result, Err(ComposeError::Input(_)));
    if !is_invalid && (cost.memory > memory || cost.allocations > allocations) {
        return Err(format!("{cost:?} for {} bytes", guest.len()));
    }
    let report = inspect(guest, options);
    let composed = match result {
        Ok(composed) => composed,
        Err(error) => {
            let message = error.to_string();
            let is_invalid = matches!(error, ComposeError::Fuse(FuseError::Invalid { .. }));
            if message.contains("a bug of wasi-uplift") || is_invalid {
                return Err(format!("an error of our own: {error:?}"));
            }
            match report {
                Ok(report) if matches!(report.verdict, Verdict::Impossible { .. }) => {}
                Err(same) if same.to_string() == message => {}
                report => return Err(format!("{message}, but inspected: {report:?}")),
            }
            return Ok(match error {
                ComposeError::Input(_) => Outcome::Invalid,
                _ => Outcome::Refused,
            });
        }
    };
    let report = report.map_err(|error| format!("it composes, but inspected: {error}"))?;
    let is_same = match &report.verdict {
        Verdict::Already => composed.plan.is_identity(),
        Verdict::Composes(same) => same.bytes == composed.bytes,
        Verdict::Impossible { .. } => false,
        _ => false,
    };
    if !is_same {
        return Err("inspected it is another".to_string());
    }
    if !results.checked.contains(&composed.bytes) {
        check_result(results.is_decoded, options, &composed)?;
        results.checked.push(composed.bytes);
    }
    match composed.linked {
        Linked::Fused => Ok(Outcome::Fused),
        Linked::Not => Ok(Outcome::Same),
        Linked::Components {
            because: Some(FuseError::Invalid { reason, .. }),
            ..
        } => Err(format!("fused, it is not valid: {reason}")),
        Linked::Components { .. } => Ok(Outcome::Linked),
        _ => Err("it is put together in an unknown way".to_string()),
    }
}

fn check_result(is_decoded: bool, options: &Options, composed: &Composed) -> Result<(), String> {
    let result = &composed.bytes;
    if let Err(error) = Validator::new().validate_all(result) {
        return Err(format!("the result is not valid: {error}"));
    }
    for import in imports(result) {
        let is_host = composed.plan.import(&import) == Some(&ImportFate::Host);
        if is_of_p2(&import) && !is_host {
            return Err(format!("the result imports `{import}`"));
        }
    }
    match compose(result, options) {
        Ok(again) if again.bytes == *result => {}
        Ok(_) => return Err("the result needs something".to_string()),
        // It contains a guest that nests as deeply as one may.
        Err(ComposeError::Input(InputError::TooDeep { .. })) => {}
        Err(error) => return Err(format!("the result: {error}")),
    }
    if is_decoded {
        decode(result).map_err(|error| format!("the result can't be decoded: {error}"))?;
    }
    Ok(())
}

thread_local! {
    static IS_DECODING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs code of others that is known to panic.
pub fn may_panic() -> bool {
    IS_DECODING.get()
}

/// Decodes the WIT of a component. `wit-component` panics for some that it can't describe.
fn decode(component: &[u8]) -> Result<(), String> {
    IS_DECODING.set(true);
    let decoded = std::panic::catch_unwind(|| wit_component::decode(component).map(drop));
    IS_DECODING.set(false);
    match decoded {
        Ok(decoded) => decoded.map_err(|error| format!("{error:#}")),
        Err(_) => Err("a panic".to_string()),
    }
}

/// The names of what a component imports.
fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                names.extend(
                    section
                        .into_iter()
                        .map(|it| it.unwrap().name.name.to_string()),
                );
            }
            _ => {}
        }
    }
    names
}

fn is_of_p2(name: &str) -> bool {
    const PACKAGES: [&str; 7] = [
        "cli",
        "clocks",
        "filesystem",
        "http",
        "io",
        "random",
        "sockets",
    ];
    let is_of = |package: &&str| {
        let rest = name
            .strip_prefix("wasi:")
            .and_then(|it| it.strip_prefix(*package));
        rest.is_some_and(|rest| rest.starts_with('/') && rest.contains("@0.2."))
    };
    PACKAGES.iter().any(is_of)
}
