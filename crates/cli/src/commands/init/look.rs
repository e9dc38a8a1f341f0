//! Where `segue init` looks: the project's directory, and what tools keep at home.

use crate::{problem::Problem, project};
use segue_survey::{Kind, Text};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// How deep below the project's directory.
const DEPTH: usize = 4;
/// The most directories, files, and bytes of one file.
const MOST_DIRECTORIES: usize = 2_000;
const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 1 << 20;
/// Directories of others.
const SKIPPED: [&str; 4] = ["node_modules", "target", "vendor", "dist"];

/// `compose:docker-compose.yml`.
#[derive(Debug, Clone)]
pub struct Source {
    kind: Kind,
    path: PathBuf,
}

/// Reads `KIND:PATH`.
pub fn source(text: &str) -> Result<Source, String> {
    let (word, path) = text
        .split_once(':')
        .ok_or("KIND:PATH, for example compose:compose.yaml")?;
    let kind = Kind::ALL.into_iter().find(|it| it.word() == word);
    let kind = kind.ok_or_else(|| {
        let words = Kind::ALL.map(Kind::word);
        format!("no such kind; there are {}", words.join(", "))
    })?;
    let path = PathBuf::from(path);
    Ok(Source { kind, path })
}

/// What was named: files, or directories of them.
pub fn named(root: &Path, sources: &[Source]) -> Result<Vec<Text>, Problem> {
    let mut texts = Vec::new();
    for Source { kind, path } in sources {
        if !path.is_dir() {
            let text = String::from_utf8_lossy(&project::read(path)?).into_owned();
            let path = seen_from(root, path);
            texts.push(Text {
                kind: *kind,
                path,
                text,
            });
            continue;
        }
        let mut found = Vec::new();
        walk(root, path, DEPTH, &mut Bounds::default(), &mut found);
        let is_meant = |it: &Text| {
            it.kind == *kind || matches!((it.kind, kind), (Kind::Kubernetes, Kind::Argo))
        };
        texts.extend(found.into_iter().filter(is_meant));
    }
    Ok(texts)
}

/// Everything that is looked for.
pub fn around(root: &Path, directory: &Path) -> Result<Vec<Text>, Problem> {
    if !directory.is_dir() {
        let what = format!("there is no directory {}", directory.display());
        return Err(Problem::input("SEG2201", what)
            .hint("name one that is there")
            .into());
    }
    let mut texts = Vec::new();
    walk(root, directory, DEPTH, &mut Bounds::default(), &mut texts);
    at_home(&mut texts);
    Ok(texts)
}

/// How much was looked at.
#[derive(Default)]
struct Bounds {
    directories: usize,
    files: usize,
}

/// The files at and below `here`, each directory's in the order of their names.
fn walk(root: &Path, here: &Path, depth: usize, bounds: &mut Bounds, texts: &mut Vec<Text>) {
    bounds.directories += 1;
    let Ok(entries) = fs::read_dir(here) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|it| it.path()).collect();
    paths.sort();
    let chart = here.join("Chart.yaml");
    if chart.is_file() {
        // What lies in a chart belongs to it.
        take(root, &chart, bounds, texts);
        return;
    }
    for path in &paths {
        // Links may lead anywhere, and back.
        let Ok(kind) = fs::symlink_metadata(path).map(|it| it.file_type()) else {
            continue;
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if kind.is_file() {
            take(root, path, bounds, texts);
        } else if kind.is_dir()
            && depth > 0
            && bounds.directories < MOST_DIRECTORIES
            && !name.starts_with('.')
            && !SKIPPED.contains(&name.as_ref())
        {
            walk(root, path, depth - 1, bounds, texts);
        }
    }
}

fn take(root: &Path, file: &Path, bounds: &mut Bounds, texts: &mut Vec<Text>) {
    let path = seen_from(root, file);
    if bounds.files < MOST_FILES
        && let Some(kind) = Kind::of(&path)
        && let Some(text) = read(file)
    {
        bounds.files += 1;
        texts.push(Text { kind, path, text });
    }
}

fn read(file: &Path) -> Option<String> {
    let size = fs::metadata(file).ok()?.len();
    (size <= MOST_BYTES)
        .then(|| fs::read(file).ok())
        .flatten()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A path with `/`, from the manifest's directory where it lies in it.
fn seen_from(root: &Path, file: &Path) -> String {
    let root = if root == Path::new("") {
        Path::new(".")
    } else {
        root
    };
    let real = |path: &Path| path.canonicalize().ok();
    let inner = real(root)
        .zip(real(file))
        .and_then(|(root, file)| file.strip_prefix(root).ok().map(Path::to_owned));
    // Elsewhere: whole, so that nobody takes it for one from here.
    let path = inner.or_else(|| std::path::absolute(file).ok());
    let path = path.as_deref().unwrap_or(file);
    path.display().to_string().replace('\\', "/")
}

/// What `kubectl`, `gcloud` and `az` keep.
fn at_home(texts: &mut Vec<Text>) {
    let home = env::var_os("HOME")
        .filter(|it| !it.is_empty())
        .map(PathBuf::from);
    let directory = |variable: &str, usual: &str| {
        let named = env::var_os(variable).filter(|it| !it.is_empty());
        named
            .map(PathBuf::from)
            .or_else(|| Some(home.as_ref()?.join(usual)))
    };
    let mut put = |kind, file: &Path| {
        if let Some(text) = read(file) {
            let path = match home.as_ref().and_then(|it| file.strip_prefix(it).ok()) {
                Some(inner) => format!("~/{}", inner.display()),
                None => file.display().to_string(),
            };
            texts.push(Text { kind, path, text });
        }
    };
    let kubeconfigs = directory("KUBECONFIG", ".kube/config");
    for file in kubeconfigs.iter().flat_map(env::split_paths) {
        put(Kind::Kubeconfig, &file);
    }
    if let Some(gcloud) = directory("CLOUDSDK_CONFIG", ".config/gcloud") {
        put(Kind::Gcloud, &gcloud.join("active_config"));
        let mut files: Vec<_> = fs::read_dir(gcloud.join("configurations"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|it| it.path())
            .take(100)
            .collect();
        files.sort();
        files.iter().for_each(|file| put(Kind::Gcloud, file));
    }
    if let Some(azure) = directory("AZURE_CONFIG_DIR", ".azure") {
        put(Kind::Azure, &azure.join("azureProfile.json"));
    }
}
