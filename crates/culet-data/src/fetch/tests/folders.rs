//! Files from a folder.

use super::*;

#[test]
fn a_file_of_a_folder_is_copied_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = tempfile::tempdir().unwrap();
    let path = mirror.path().join("a.bin");
    std::fs::write(&path, content()).unwrap();
    let order = Order::of(folder.path(), &content());
    let (got, notes) = order.by(None, path.to_str().unwrap(), &|| false);
    assert_eq!(got.unwrap().bytes, 200_000);
    assert_eq!(notes, ["a.bin: SHA-256"]);
    assert_eq!(std::fs::read(folder.path().join("a.bin")).unwrap(), content());
    assert_eq!(std::fs::read(&path).unwrap(), content(), "the mirror stays as it is");
}

#[test]
fn a_wrong_file_of_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = tempfile::tempdir().unwrap();
    let path = mirror.path().join("a.bin");
    let from = path.to_str().unwrap();
    let problem = |order: &Order<'_>| match order.by(None, from, &|| false).0 {
        Err(Stop::Failed(DataError::Fetch { problem, .. })) => problem,
        other => panic!("{other:?}"),
    };
    let order = Order::of(folder.path(), &content());
    assert_eq!(problem(&order), FetchProblem::NotInFolder);
    std::fs::write(&path, b"else").unwrap();
    assert!(matches!(problem(&order), FetchProblem::WrongContent { .. }));
    let sized = Order { bytes: Some(3), ..Order::unknown(folder.path()) };
    assert_eq!(problem(&sized), FetchProblem::WrongSize { expected: 3, found: 4 });
    let limited = Order { limit: 3, ..Order::unknown(folder.path()) };
    assert_eq!(problem(&limited), FetchProblem::TooLarge { limit: 3 });
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(problem(&order), FetchProblem::NotInFolder);
    assert!(names_in(folder.path()).is_empty());
}
