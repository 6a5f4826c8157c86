//! Compositions of a random structure, which have to give the same answers however they are run.
//!
//! Every component has two functions: `mix` makes a number of another, and `echo` a text of another.
//! Each has its own way, and asks the components that it imports from. What is random is how
//! components are made of others, what they import and export, and in which form. `COMPOSITIONS` and
//! `SEED` in the environment say how many there are, and which is the first.

use super::Wasi;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::fmt::Write as _;
use wasi_uplift::Target;
use wasi_uplift_tests::{MODES, State, compose, host};
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtx;

/// How many compositions there are if nothing else is said.
const COMPOSITIONS: u64 = 50;

/// The number that a variable of the environment has.
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("it is a number"))
}

/// The form in which a component imports another, or exports its own functions.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// An instance.
    Instance,
    /// The functions one by one.
    Functions,
}

/// The functions of an instance that has been made.
#[derive(Clone, Copy)]
struct Made {
    form: Form,
    number: usize,
}

impl Made {
    /// Has an instance with the functions be defined, and returns its name.
    fn instance(self, text: &mut String, random: &mut SmallRng) -> String {
        let Made { number, form } = self;
        if form == Form::Instance && random.random_bool(0.5) {
            return format!("$i{number} \"api\"");
        }
        let name = format!("$b{number}-{}", random.random_range(0..u32::MAX));
        writeln!(
            text,
            "(instance {name} (export \"mix\" (func {})) (export \"echo\" (func {})))",
            self.function("mix"),
            self.function("echo"),
        )
        .unwrap();
        name
    }

    fn function(self, name: &str) -> String {
        match self.form {
            Form::Instance => format!("$i{} \"api\" \"{name}\"", self.number),
            Form::Functions => format!("$i{} \"{name}\"", self.number),
        }
    }
}

const TYPES: &str = "(export \"mix\" (func (param \"a\" u32) (result u32)))
    (export \"echo\" (func (param \"a\" string) (result string)))";

/// What a component has for its core module to call.
fn imports(count: usize, clock: bool, random: &mut SmallRng, text: &mut String) -> Vec<Form> {
    let mut forms = Vec::new();
    if clock {
        text.push_str(
            "(import \"clock\" (instance $clock (export \"now\" (func (result u64)))))\n",
        );
    }
    for import in 0..count {
        let form = match random.random_bool(0.5) {
            true => Form::Instance,
            false => Form::Functions,
        };
        match form {
            Form::Instance => {
                writeln!(text, "(import \"other{import}\" (instance $other{import} {TYPES}))")
            }
            Form::Functions => writeln!(
                text,
                "(import \"mix{import}\" (func $mix{import} (param \"a\" u32) (result u32)))
                 (import \"echo{import}\" (func $echo{import} (param \"a\" string) (result string)))"
            ),
        }
        .unwrap();
        forms.push(form);
    }
    forms
}

/// The arguments for such imports.
fn arguments(
    forms: &[Form],
    clock: bool,
    from: &[Made],
    random: &mut SmallRng,
    text: &mut String,
) -> String {
    let mut arguments = String::new();
    if clock {
        arguments.push_str("(with \"clock\" (instance $clock))");
    }
    for (import, form) in forms.iter().enumerate() {
        let made = from[random.random_range(0..from.len())];
        match form {
            Form::Instance => {
                let instance = made.instance(text, random);
                write!(arguments, "(with \"other{import}\" (instance {instance}))")
            }
            Form::Functions => write!(
                arguments,
                "(with \"mix{import}\" (func {})) (with \"echo{import}\" (func {}))",
                made.function("mix"),
                made.function("echo")
            ),
        }
        .unwrap();
    }
    arguments
}

/// The exports of a component, of two functions.
fn exports(form: Form, mix: &str, echo: &str, random: &mut SmallRng, text: &mut String) {
    match form {
        Form::Functions => writeln!(
            text,
            "(export \"mix\" (func {mix})) (export \"echo\" (func {echo}))"
        ),
        // As `wit-component` does it.
        Form::Instance if random.random_bool(0.5) => writeln!(
            text,
            "(component $shape
                (import \"import-func-mix\" (func $mix (param \"a\" u32) (result u32)))
                (import \"import-func-echo\" (func $echo (param \"a\" string) (result string)))
                (export \"mix\" (func $mix) (func (param \"a\" u32) (result u32)))
                (export \"echo\" (func $echo)))
             (instance $shaped (instantiate $shape
                (with \"import-func-mix\" (func {mix})) (with \"import-func-echo\" (func {echo}))))
             (export \"api\" (instance $shaped))"
        ),
        Form::Instance => writeln!(
            text,
            "(instance $bundle (export \"mix\" (func {mix})) (export \"echo\" (func {echo})))
             (export \"api\" (instance $bundle))"
        ),
    }
    .unwrap();
}

/// A component with a core module, and the forms of what it imports and exports.
fn leaf(name: usize, most: usize, random: &mut SmallRng) -> (String, Vec<Form>, bool, Form) {
    let mut text = format!("(component $c{name}\n");
    let clock = random.random_bool(0.3);
    let count = random.random_range(0..=most.min(3));
    let forms = imports(count, clock, random, &mut text);
    text.push_str(LIBRARY);
    let mut imported = String::new();
    let mut passed = String::new();
    let (mut mix, mut echo) = (String::new(), String::new());
    for (import, form) in forms.iter().enumerate() {
        let function = |name: &str| match form {
            Form::Instance => format!("$other{import} \"{name}\""),
            Form::Functions => format!("${name}{import}"),
        };
        writeln!(
            text,
            "(core func $m{import} (canon lower (func {})))
             (core func $e{import} (canon lower (func {})
                (memory $memory) (realloc $realloc)))",
            function("mix"),
            function("echo")
        )
        .unwrap();
        for kind in ["m", "e"] {
            writeln!(passed, "(export \"{kind}{import}\" (func ${kind}{import}))").unwrap();
        }
        writeln!(
            imported,
            "(import \"\" \"m{import}\" (func $m{import} (param i32) (result i32)))
             (import \"\" \"e{import}\" (func $e{import} (param i32 i32 i32)))"
        )
        .unwrap();
        writeln!(
            mix,
            "(local.set $a (i32.add (local.get $a) (call $m{import} (local.get $a))))"
        )
        .unwrap();
        // The result is what the next one gets.
        writeln!(
            echo,
            "(call $e{import} (local.get $a) (local.get $len) (i32.const 16))
             (local.set $a (i32.load (i32.const 16)))
             (local.set $len (i32.load (i32.const 20)))"
        )
        .unwrap();
    }
    if clock {
        text.push_str("(core func $now (canon lower (func $clock \"now\")))\n");
        passed.push_str("(export \"now\" (func $now))");
        imported.push_str("(import \"\" \"now\" (func $now (result i64)))");
        mix.push_str("(drop (call $now))");
    }
    let (by, plus) = (
        random.random_range(1..9) * 2 + 1,
        random.random_range(0..99),
    );
    let letter = random.random_range(b'a'..=b'z');
    writeln!(
        text,
        "(core module $main
            (import \"\" \"memory\" (memory 1))
            (import \"\" \"realloc\" (func $realloc (param i32 i32 i32 i32) (result i32)))
            {imported}
            (func (export \"mix\") (param $a i32) (result i32)
              {mix}
              (i32.add (i32.mul (local.get $a) (i32.const {by})) (i32.const {plus})))
            (func (export \"echo\") (param $a i32) (param $len i32) (result i32)
              (local $new i32)
              {echo}
              (local.set $new (call $realloc (i32.const 0) (i32.const 0) (i32.const 1)
                (i32.add (local.get $len) (i32.const 1))))
              (memory.copy (local.get $new) (local.get $a) (local.get $len))
              (i32.store8 (i32.add (local.get $new) (local.get $len)) (i32.const {letter}))
              (i32.store (i32.const 24) (local.get $new))
              (i32.store (i32.const 28) (i32.add (local.get $len) (i32.const 1)))
              i32.const 24))
         (core instance $i (instantiate $main (with \"\" (instance
            (export \"memory\" (memory $memory)) (export \"realloc\" (func $realloc)) {passed}))))
         (func $mix' (param \"a\" u32) (result u32) (canon lift (core func $i \"mix\")))
         (func $echo' (param \"a\" string) (result string)
            (canon lift (core func $i \"echo\") (memory $memory) (realloc $realloc)))"
    )
    .unwrap();
    let form = form(random);
    exports(form, "$mix'", "$echo'", random, &mut text);
    text.push_str(")\n");
    (text, forms, clock, form)
}

fn form(random: &mut SmallRng) -> Form {
    match random.random_bool(0.5) {
        true => Form::Instance,
        false => Form::Functions,
    }
}

/// What every core module allocates with; it is at one of two places.
const LIBRARY: &str = r#"
    (core module $library
      (memory (export "memory") 2)
      (global $top (mut i32) (i32.const 64))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
        global.get $top
        (global.set $top (i32.add (global.get $top) (local.get 3)))))
    (core instance $lib (instantiate $library))
    (alias core export $lib "memory" (core memory $memory))
    (alias core export $lib "realloc" (core func $realloc))
"#;

/// What a component is made of: others, of which each can use those before it, and `given`. Returns
/// all that has been made.
fn body(depth: usize, given: &[Made], random: &mut SmallRng, text: &mut String) -> Vec<Made> {
    let mut made = given.to_vec();
    let count = random.random_range(1..=3);
    for _ in 0..count {
        let name = random.random_range(0..usize::MAX);
        let (component, forms, clock, form) = match depth > 0 && random.random_bool(0.4) {
            true => wrapper(name, depth - 1, made.len(), random),
            false => leaf(name, made.len(), random),
        };
        text.push_str(&component);
        // One component may be there more than once.
        for _ in 0..random.random_range(1..=2) {
            let number = random.random_range(0..usize::MAX);
            let arguments = arguments(&forms, clock, &made, random, text);
            writeln!(
                text,
                "(instance $i{number} (instantiate $c{name} {arguments}))"
            )
            .unwrap();
            made.push(Made { form, number });
        }
    }
    made
}

/// A component that is made of others.
fn wrapper(
    name: usize,
    depth: usize,
    most: usize,
    random: &mut SmallRng,
) -> (String, Vec<Form>, bool, Form) {
    let mut text = format!("(component $c{name}\n");
    let count = random.random_range(0..=most.min(2));
    let forms = imports(count, true, random, &mut text);
    let mut given = Vec::new();
    for (import, form) in forms.iter().enumerate() {
        // What is imported is put into the form of what is made.
        let number = random.random_range(0..usize::MAX);
        match form {
            Form::Instance => writeln!(
                text,
                "(instance $i{number} (export \"api\" (instance $other{import})))"
            ),
            Form::Functions => writeln!(
                text,
                "(instance $i{number} (export \"mix\" (func $mix{import}))
                    (export \"echo\" (func $echo{import})))"
            ),
        }
        .unwrap();
        given.push(Made {
            form: *form,
            number,
        });
    }
    let made = body(depth, &given, random, &mut text);
    // It may export what it imports.
    let exported = made[random.random_range(0..made.len())];
    let (mix, echo) = (exported.function("mix"), exported.function("echo"));
    let form = form(random);
    exports(form, &mix, &echo, random, &mut text);
    text.push_str(")\n");
    (text, forms, true, form)
}

fn composition(random: &mut SmallRng) -> String {
    let mut text = String::from(
        "(component
            (import \"wasi:clocks/monotonic-clock@0.2.0\" (instance $clock
                (export \"now\" (func (result u64)))))\n",
    );
    let made = body(3, &[], random, &mut text);
    let last = made[made.len() - 1];
    let (mix, echo) = (last.function("mix"), last.function("echo"));
    exports(Form::Functions, &mix, &echo, random, &mut text);
    text.push(')');
    text
}

/// The answers on a host.
fn answers(component: &[u8], wasi: Wasi) -> Result<(u32, String)> {
    let engine = host::engine();
    let linker = host::linker(wasi, &engine)?;
    let component = host::compiled(&engine, component)?;
    let mut store = Store::new(&engine, State::new(WasiCtx::builder().build()));
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let mix = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "mix")?;
        let echo = instance.get_typed_func::<(&str,), (String,)>(&mut store, "echo")?;
        let (number,) = mix.call_async(&mut store, (7,)).await?;
        let (text,) = echo.call_async(&mut store, ("\u{1f600}",)).await?;
        Ok((number, text))
    })
}

#[test]
fn compositions_of_any_structure() {
    let mut longest = 0;
    let first = number("SEED").unwrap_or(0);
    let count = number("COMPOSITIONS").unwrap_or(COMPOSITIONS);
    for seed in first..first + count {
        let text = composition(&mut SmallRng::seed_from_u64(seed));
        let guest = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let native = answers(&guest, Wasi::V0_2).unwrap_or_else(|error| {
            panic!("{seed}: {error:?}\n{text}");
        });
        longest = longest.max(native.1.len());
        for mode in MODES {
            let uplifted = compose(&guest, mode, Target::default());
            let answers = answers(&uplifted, Wasi::V0_3).unwrap_or_else(|error| {
                panic!("{seed}, {mode:?}: {error:?}\n{text}");
            });
            assert_eq!(answers, native, "{seed}, {mode:?}\n{text}");
        }
    }
    assert!(longest > 12, "{longest}");
}
