// scratch: statistics over seeds
use std::collections::BTreeMap;
use wasi_uplift_fuzz::{checks, generator};
fn main() {
    let mut args = std::env::args().skip(1);
    let first: u64 = args.next().unwrap().parse().unwrap();
    let count: u64 = args.next().unwrap().parse().unwrap();
    let verbose = args.next();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut worst: Vec<(f64, f64, u64, usize)> = vec![];
    let start = std::time::Instant::now();
    let mut gen_time = std::time::Duration::ZERO;
    for seed in first..first + count {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let noise: Vec<u8> = (0..16384).map(|_| { state ^= state << 13; state ^= state >> 7; state ^= state << 17; (state >> 32) as u8 }).collect();
        let t = std::time::Instant::now();
        let guest = std::panic::catch_unwind(|| generator::Guest::arbitrary(&mut arbitrary::Unstructured::new(&noise)));
        gen_time += t.elapsed();
        let guest = match guest { Ok(Ok(g)) => g, Ok(Err(_)) => { *counts.entry("not made".into()).or_default() += 1; continue }, Err(_) => { println!("seed {seed}: generator panics"); *counts.entry("generator panics".into()).or_default() += 1; continue } };
        if verbose.is_some() { println!("{}", guest.text.clone().unwrap_or_default()); if let Some(path) = &verbose { std::fs::write(path, &guest.bytes).unwrap(); } }
        let valid = wasmparser::Validator::new().validate_all(&guest.bytes);
        if let (Err(error), false) = (&valid, guest.is_changed) {
            println!("seed {seed}: {:?} not valid: {error}", guest.kind);
        }
        let checked = std::panic::catch_unwind(|| checks::check(&guest.bytes));
        let key = format!("{:?} changed {}", guest.kind, guest.is_changed);
        match checked {
            Ok(Ok(checked)) => {
                *counts.entry(format!("{key} {:?}", checked.outcome)).or_default() += 1;
                if !guest.is_changed || checked.outcome != checks::Outcome::Invalid { 
                let mut r = checked.reason.clone(); 
                let mut out = String::new(); let mut q = false; for c in r.drain(..) { if c == '`' { q = !q; out.push(c); } else if !q && !c.is_ascii_digit() { out.push(c) } }
                *reasons.entry(format!("{:?} {}", checked.outcome, out.lines().next().unwrap_or(""))).or_default() += 1; }
                let len = guest.bytes.len() as f64;
                worst.push((checked.cost.memory as f64 , checked.cost.allocations as f64, seed, len as usize));
            }
            Ok(Err(error)) => { println!("FOUND seed {seed} {key}: {}", error.chars().take(400).collect::<String>()); *counts.entry(format!("{key} FOUND")).or_default() += 1; }
            Err(_) => { println!("PANIC seed {seed} {key}"); *counts.entry(format!("{key} PANIC")).or_default() += 1; }
        }
    }
    println!("{counts:#?}");
    for (r, n) in &reasons { println!("{n:5} {r}"); }
    worst.sort_by(|a, b| (b.0 / b.3 as f64).total_cmp(&(a.0/ a.3 as f64)));
    println!("memory {:?}", &worst[..worst.len().min(6)]);
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("memory abs {:?}", &worst[..worst.len().min(6)]);
    worst.sort_by(|a, b| (b.1/b.3 as f64).total_cmp(&(a.1/a.3 as f64)));
    println!("allocations {:?}", &worst[..worst.len().min(6)]);
    worst.sort_by(|a, b| b.1.total_cmp(&a.1));
    println!("allocations abs {:?}", &worst[..worst.len().min(6)]);
    println!("time {:?}, making {:?}", start.elapsed(), gen_time);
}
