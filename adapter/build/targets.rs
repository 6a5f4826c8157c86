//! Versions of WASI 0.3 whose types or functions differ from those of 0.3.0, which everything else
//! here is built of: a folder of `wit/targets` for each.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use wit_bindgen_core::wit_parser::{
    Enum, Function, Interface, InterfaceId, Resolve, TypeDefKind, TypeId, Variant,
};

/// The version that the adapter is built of.
const BUILT: &str = "0.3.0";

/// A version of WASI 0.3, and its differences from 0.3.0.
pub struct Target {
    version: String,
    /// The types of the adapter's WIT that are others there.
    types: Vec<(TypeId, TypeDefKind)>,
    /// The same in words, for the composer.
    types_in_words: String,
    /// The functions that differ, in words for the composer.
    functions_in_words: String,
}

/// Compares every version that has a folder.
pub fn read(resolve: &Resolve, folder: &Path) -> Vec<Target> {
    let folders = fs::read_dir(folder).expect("the targets have a folder");
    let folders = folders.map(|entry| entry.expect("it can be read").path());
    let mut targets: Vec<Target> = folders.map(|folder| compare(resolve, &folder)).collect();
    targets.sort_by(|a, b| a.version.cmp(&b.version));
    targets
}

/// Returns the adapter's WIT with the types of the other layout, and none if there is no other.
pub fn other_layout(resolve: &Resolve, targets: &[Target]) -> Resolve {
    let mut other = resolve.clone();
    let mut differing = targets.iter().filter(|target| !target.types.is_empty());
    if let Some(target) = differing.next() {
        for (id, kind) in &target.types {
            other.types[*id].kind = kind.clone();
        }
        let is_same = |it: &Target| it.types_in_words == target.types_in_words;
        assert!(
            differing.all(is_same),
            "the adapter's code knows one layout beside that of {BUILT}"
        );
    }
    other
}

/// Writes down what differs, for the composer, in lines of words:
///
/// - `target VERSION`: the lines that follow are about it.
/// - `enum INTERFACE TYPE CASE…`: the type is an enumeration with these cases.
/// - `variant INTERFACE TYPE CASE…`: the type has only these of its cases.
/// - `parameters INTERFACE FUNCTION NAME…`: the parameters have these names.
pub fn in_words(targets: &[Target]) -> String {
    let words = targets.iter().map(|target| {
        let Target {
            version,
            types_in_words: types,
            functions_in_words: functions,
            ..
        } = target;
        format!("target {version}\n{types}{functions}")
    });
    words.collect()
}

fn compare(resolve: &Resolve, folder: &Path) -> Target {
    let name = folder.file_name().and_then(|name| name.to_str());
    let version = name.expect("the folder's name is a version").to_string();
    let mut theirs = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    theirs
        .push_dir(folder)
        .unwrap_or_else(|error| panic!("the WIT of {version}: {error:?}"));
    let mut target = Target {
        version,
        types: Vec::new(),
        types_in_words: String::new(),
        functions_in_words: String::new(),
    };
    for (id, _) in resolve.interfaces.iter() {
        let name = resolve.id_of(id).unwrap_or_default();
        if let Some(path) = name.strip_suffix(BUILT)
            && path.ends_with('@')
        {
            let wanted = format!("{path}{}", target.version);
            let mut all = theirs.interfaces.iter();
            let (their_id, _) = all
                .find(|(id, _)| theirs.id_of(*id).as_ref() == Some(&wanted))
                .unwrap_or_else(|| panic!("there is no `{wanted}`"));
            target.compare_interfaces(resolve, id, &theirs.interfaces[their_id], &theirs);
        }
    }
    target
}

impl Target {
    fn compare_interfaces(
        &mut self,
        resolve: &Resolve,
        id: InterfaceId,
        theirs: &Interface,
        their_resolve: &Resolve,
    ) {
        let interface = &resolve.interfaces[id];
        let name = resolve.id_of(id).unwrap_or_default();
        let (path, _) = name.split_once('@').expect("it has a version");
        for (ty, id) in &interface.types {
            let their_id = theirs.types.get(ty);
            let their_id = their_id.unwrap_or_else(|| panic!("{path} has no `{ty}`"));
            let kinds = (
                &resolve.types[*id].kind,
                &their_resolve.types[*their_id].kind,
            );
            if let Some((kind, words)) = difference(kinds) {
                let (what, cases) = words;
                let _ = writeln!(
                    self.types_in_words,
                    "{what} {path} {ty} {}",
                    cases.join(" ")
                );
                self.types.push((*id, kind));
            }
        }
        for (function, ours) in &interface.functions {
            let theirs = theirs.functions.get(function);
            let theirs = theirs.unwrap_or_else(|| panic!("{path} has no `{function}`"));
            assert_eq!(
                ours.kind.is_async(),
                theirs.kind.is_async(),
                "whether `{function}` of {path} is `async`"
            );
            let names = |function: &Function| -> Vec<String> {
                let params = function.params.iter();
                params.map(|param| param.name.clone()).collect()
            };
            let (ours, theirs) = (names(ours), names(theirs));
            assert_eq!(ours.len(), theirs.len(), "the parameters of `{function}`");
            if ours != theirs {
                let names = theirs.join(" ");
                let _ = writeln!(
                    self.functions_in_words,
                    "parameters {path} {function} {names}"
                );
            }
        }
    }
}

/// Returns the kind that a type of the adapter's WIT has in the other version, and the word and the
/// cases by which the composer is told; `None` if both have the same cases. The composer's tests
/// compare types in full.
fn difference(
    (ours, theirs): (&TypeDefKind, &TypeDefKind),
) -> Option<(TypeDefKind, (&'static str, Vec<String>))> {
    match (ours, theirs) {
        (TypeDefKind::Variant(_), TypeDefKind::Enum(theirs)) => {
            let cases = theirs.cases.iter().map(|case| case.name.clone());
            let kind = TypeDefKind::Enum(Enum {
                cases: theirs.cases.clone(),
            });
            Some((kind, ("enum", cases.collect())))
        }
        (TypeDefKind::Variant(ours), TypeDefKind::Variant(theirs)) => {
            let names = |it: &Variant| -> Vec<String> {
                it.cases.iter().map(|case| case.name.clone()).collect()
            };
            let (our_names, their_names) = (names(ours), names(theirs));
            if our_names == their_names {
                return None;
            }
            let mut kept = ours.clone();
            kept.cases.retain(|case| their_names.contains(&case.name));
            assert_eq!(names(&kept), their_names, "a variant has other cases");
            Some((TypeDefKind::Variant(kept), ("variant", their_names)))
        }
        (ours, theirs) => {
            assert_eq!(ours.as_str(), theirs.as_str(), "a type is another");
            None
        }
    }
}
