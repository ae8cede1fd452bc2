//! Logs that are cut off, damaged, full, and written by many at once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::disk::{Disk, Growing, RealDisk};
use super::*;

fn event(k: u64) -> Event {
    let kind = ["view", "take", "dismiss"][k as usize % 3].to_owned();
    Event {
        user: format!("u{}", k % 7),
        item: format!("ü{k}"),
        kind,
        value: k.is_multiple_of(2).then_some(0.5),
        time: k as f64,
    }
}

fn events(range: std::ops::Range<u64>) -> Vec<Event> {
    range.map(event).collect()
}

fn open(folder: &Path, segment_bytes: u64) -> (FeedbackLog, LogSummary) {
    let options = FeedbackOptions { segment_bytes, ..FeedbackOptions::default() };
    FeedbackLog::open(folder, &options, |_, _| {}).unwrap()
}

fn append(log: &FeedbackLog, events: Vec<Event>) -> Result<Appended, FeedbackError> {
    log.append(events).unwrap().blocking_recv().unwrap()
}

fn read(folder: &Path) -> (Vec<(u64, Event)>, LogSummary) {
    let mut found = Vec::new();
    let summary = read_events(folder, |number, event| found.push((number, event))).unwrap();
    (found, summary)
}

/// What requests of 1, 2, 3 ... events leave in one file, and where its frames end.
fn written(n_requests: u64) -> (TempDir, PathBuf, Vec<usize>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events-00000000000000000001.log");
    let (mut log, _) = open(folder.path(), 1 << 20);
    let mut ends = vec![fs::metadata(&path).unwrap().len() as usize];
    let mut next = 1;
    for n in 1..=n_requests {
        append(&log, events(next..next + n)).unwrap();
        next += n;
        ends.push(fs::metadata(&path).unwrap().len() as usize);
    }
    log.close();
    (folder, path, ends)
}

#[test]
fn events_come_back_with_their_numbers_over_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = 1;
    for n in [1, 5, 2] {
        let (mut log, summary) = open(folder.path(), 1 << 20);
        assert_eq!((summary.next, summary.n_events), (next, next - 1));
        let appended = append(&log, events(next..next + n)).unwrap();
        assert_eq!(appended, Appended { first: next, last: next + n - 1 });
        next += n;
        log.close();
        assert!(matches!(log.append(events(0..1)), Err(FeedbackError::Closed)));
    }
    let (found, summary) = read(folder.path());
    assert_eq!(found, (1..next).map(|k| (k, event(k))).collect::<Vec<_>>());
    assert_eq!((summary.damage.len(), summary.torn, summary.n_files), (0, None, 1));
}

#[test]
fn a_log_cut_off_anywhere_keeps_its_whole_frames_and_goes_on_behind_them() {
    let (folder, path, ends) = written(3);
    let bytes = fs::read(&path).unwrap();
    for cut in 0..bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        // Frames of 1, 2 and 3 events.
        let n_frames = ends.iter().filter(|&&end| end <= cut).count().saturating_sub(1);
        let n_events = [0, 1, 3, 6][n_frames];
        let small = Arc::new(Small { room: (1 << 20).into(), ..Small::default() });
        let (mut log, summary) = on_small(folder.path(), &small);
        assert_eq!((summary.n_events, summary.next), (n_events, n_events + 1), "cut at {cut}");
        let is_whole = cut == 0 || ends.contains(&cut);
        assert_eq!(summary.torn.is_none(), is_whole, "cut at {cut}");
        append(&log, vec![event(n_events + 1)]).unwrap();
        log.close();
        let (found, summary) = read(folder.path());
        assert_eq!(found, (1..=n_events + 1).map(|k| (k, event(k))).collect::<Vec<_>>(), "cut at {cut}");
        assert_eq!((summary.torn, summary.damage), (None, Vec::new()), "cut at {cut}");
    }
}

#[test]
fn a_changed_byte_anywhere_costs_its_own_frame_and_is_told() {
    let (folder, path, ends) = written(4);
    let bytes = fs::read(&path).unwrap();
    let firsts = [1, 2, 4, 7, 11];
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        fs::write(&path, &changed).unwrap();
        if at < 8 {
            assert!(matches!(read_events(folder.path(), |_, _| {}), Err(FeedbackError::Foreign { .. })), "{at}");
            continue;
        }
        let (found, summary) = read(folder.path());
        let frame = ends.iter().position(|&end| at < end).unwrap();
        let lost = if frame == 0 { 0..0 } else { firsts[frame - 1]..firsts[frame] };
        let kept = (1..11).filter(|k| !lost.contains(k)).map(|k| (k, event(k))).collect::<Vec<_>>();
        assert_eq!(found, kept, "byte {at}");
        match frame {
            // Of the last frame nobody can tell whether it was ever acknowledged.
            4 => assert_eq!(summary.torn.unwrap().offset, ends[3] as u64, "byte {at}"),
            0 => assert_eq!(summary.damage[0].offset, 0, "byte {at}"),
            _ => {
                let expected = Damage {
                    path: path.clone(),
                    offset: ends[frame - 1] as u64,
                    bytes: (ends[frame] - ends[frame - 1]) as u64,
                    lost,
                };
                assert_eq!((summary.damage, summary.torn), (vec![expected], None), "byte {at}");
            }
        }
    }
}

#[test]
fn files_follow_each_other_and_damage_at_the_end_of_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), 300);
    for k in 1..=20 {
        append(&log, vec![event(k)]).unwrap();
    }
    log.close();
    let (found, summary) = read(folder.path());
    assert_eq!(found, (1..=20).map(|k| (k, event(k))).collect::<Vec<_>>());
    assert!(summary.n_files > 4, "{summary:?}");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let bytes = fs::read(&paths[1]).unwrap();
    fs::write(&paths[1], &bytes[..bytes.len() - 3]).unwrap();
    let (mut log, summary) = open(folder.path(), 300);
    assert_eq!((summary.n_lost(), summary.damage.len(), summary.next), (1, 1, 21));
    assert_eq!(summary.damage[0].path, paths[1]);
    append(&log, vec![event(21)]).unwrap();
    log.close();
    fs::remove_file(&paths[2]).unwrap();
    let (found, summary) = read(folder.path());
    assert_eq!(found.len() as u64 + summary.n_lost(), 21, "{summary:?}");
}

#[test]
fn one_process_writes_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), 1 << 20);
    let again = FeedbackLog::open(folder.path(), &FeedbackOptions::default(), |_, _| {});
    assert!(matches!(again, Err(FeedbackError::InUse { .. })));
    append(&log, events(1..4)).unwrap();
    assert_eq!(read(folder.path()).0.len(), 3);
    log.close();
    open(folder.path(), 1 << 20).0.close();
    assert!(matches!(read_events(&folder.path().join("none"), |_, _| {}), Err(FeedbackError::Disk { .. })));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(read_events(empty.path(), |_, _| {}), Err(FeedbackError::NoLog { .. })));
}

/// A disk with some room, whose syncs may fail.
#[derive(Default)]
struct Small {
    room: AtomicU64,
    syncs: AtomicUsize,
    bad_syncs: AtomicUsize,
    /// Told when a sync begins, and asked whether it may end.
    gate: Mutex<Option<(Sender<()>, Receiver<()>)>>,
}

struct OnSmall(Arc<Small>);

struct File {
    disk: Arc<Small>,
    file: Box<dyn Growing>,
}

impl Disk for OnSmall {
    fn open(&self, path: &Path, anew: bool) -> io::Result<Box<dyn Growing>> {
        Ok(Box::new(File { disk: Arc::clone(&self.0), file: RealDisk.open(path, anew)? }))
    }
}

impl Growing for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = self.disk.room.load(Ordering::SeqCst) as usize;
        let fits = bytes.len().min(room);
        // As a real disk does, it takes what fits before it refuses.
        self.file.append(&bytes[..fits])?;
        self.disk.room.fetch_sub(fits as u64, Ordering::SeqCst);
        if fits == bytes.len() { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.syncs.fetch_add(1, Ordering::SeqCst);
        if let Some((begun, go_on)) = &*self.disk.gate.lock().unwrap() {
            begun.send(()).unwrap();
            go_on.recv().unwrap();
        }
        let fails = self.disk.bad_syncs.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        // A real sync would take most of the time of the tests, and a test cannot cut the power.
        if fails { Err(io::Error::other("the disk does not answer")) } else { Ok(()) }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.cut(length)
    }
}

fn on_small(folder: &Path, small: &Arc<Small>) -> (FeedbackLog, LogSummary) {
    let disk = Box::new(OnSmall(Arc::clone(small)));
    FeedbackLog::open_on(disk, folder, &FeedbackOptions::default(), Box::new(|_, _| {})).unwrap()
}

#[test]
fn a_full_disk_acknowledges_nothing_and_is_written_again_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let small = Arc::new(Small { room: 150.into(), ..Small::default() });
    let (mut log, _) = on_small(folder.path(), &small);
    let mut acknowledged = Vec::new();
    for k in 1..40 {
        if k % 10 == 0 {
            small.room.fetch_add(200, Ordering::SeqCst);
        }
        match append(&log, vec![event(k)]) {
            Ok(appended) => acknowledged.push((appended.first, event(k))),
            Err(error) => assert!(matches!(error, FeedbackError::NotWritten(_)), "{error}"),
        }
    }
    log.close();
    assert!((3..30).contains(&acknowledged.len()), "{}", acknowledged.len());
    let numbers: Vec<u64> = acknowledged.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let (found, summary) = read(folder.path());
    assert_eq!(found, acknowledged);
    assert_eq!((summary.torn, summary.damage), (None, Vec::new()));
}

#[test]
fn what_a_failed_sync_leaves_is_not_taken_for_events() {
    let folder = tempfile::tempdir().unwrap();
    let small = Arc::new(Small { room: (1 << 20).into(), ..Small::default() });
    let (mut log, _) = on_small(folder.path(), &small);
    append(&log, events(1..3)).unwrap();
    small.bad_syncs.store(1, Ordering::SeqCst);
    assert!(append(&log, vec![event(99)]).is_err());
    assert_eq!(append(&log, vec![event(3)]).unwrap(), Appended { first: 3, last: 3 });
    log.close();
    // As if the frame had not been cut off in time.
    let first = folder.path().join("events-00000000000000000001.log");
    let mut bytes = fs::read(&first).unwrap();
    frame::encode(3, &[event(99)], &mut bytes).unwrap();
    fs::write(&first, bytes).unwrap();
    let (found, summary) = read(folder.path());
    assert_eq!(found, (1..4).map(|k| (k, event(k))).collect::<Vec<_>>());
    assert_eq!((summary.damage.len(), summary.n_files), (0, 2));
}

#[test]
fn one_sync_serves_all_who_wait() {
    let folder = tempfile::tempdir().unwrap();
    let small = Arc::new(Small { room: (1 << 20).into(), ..Small::default() });
    let (mut log, _) = on_small(folder.path(), &small);
    let (begun, is_begun) = channel();
    let (go_on, may_go_on) = channel();
    *small.gate.lock().unwrap() = Some((begun, may_go_on));
    let before = small.syncs.load(Ordering::SeqCst);
    let mut waiting = vec![log.append(vec![event(1)]).unwrap()];
    is_begun.recv().unwrap();
    waiting.extend((2..=50).map(|k| log.append(vec![event(k)]).unwrap()));
    go_on.send(()).unwrap();
    is_begun.recv().unwrap();
    go_on.send(()).unwrap();
    let numbers: Vec<u64> = waiting.into_iter().map(|one| one.blocking_recv().unwrap().unwrap().first).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    assert_eq!(small.syncs.load(Ordering::SeqCst) - before, 2);
    *small.gate.lock().unwrap() = None;
    log.close();
}

#[test]
fn too_many_who_wait_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let small = Arc::new(Small { room: (1 << 20).into(), ..Small::default() });
    let options = FeedbackOptions { most_waiting: 2, ..FeedbackOptions::default() };
    let disk = Box::new(OnSmall(Arc::clone(&small)));
    let (mut log, _) = FeedbackLog::open_on(disk, folder.path(), &options, Box::new(|_, _| {})).unwrap();
    let (begun, is_begun) = channel();
    let (go_on, may_go_on) = channel();
    *small.gate.lock().unwrap() = Some((begun, may_go_on));
    let mut waiting = vec![log.append(vec![event(1)]).unwrap()];
    is_begun.recv().unwrap();
    waiting.extend((2..=3).map(|k| log.append(vec![event(k)]).unwrap()));
    assert!(matches!(log.append(vec![event(4)]), Err(FeedbackError::Busy)));
    (0..2).for_each(|_| go_on.send(()).unwrap());
    assert!(waiting.into_iter().all(|one| one.blocking_recv().unwrap().is_ok()));
    *small.gate.lock().unwrap() = None;
    log.close();
    assert_eq!(read(folder.path()).0.len(), 3);
}

#[test]
fn what_was_taken_or_dismissed_last_counts() {
    let since = Since::default();
    let told = |item: &str, kind: &str| {
        since.add(&Event { user: "u".into(), item: item.into(), kind: kind.into(), value: None, time: 0.0 });
    };
    for (item, kind) in [("a", "take"), ("b", "view"), ("c", "dismiss"), ("a", "dismiss"), ("c", "take")] {
        told(item, kind);
    }
    let done = |item: &str, done: Done| (Box::from(item), done);
    assert_eq!(since.of("u"), [done("a", Done::Dismissed), done("c", Done::Taken)]);
    assert_eq!((since.of("v").len(), since.n_users()), (0, 1));
}

#[test]
fn events_that_make_no_sense_are_told() {
    let good = event(2);
    assert_eq!(good.check(), Ok(()));
    let wrong = |change: fn(&mut Event)| {
        let mut event = event(2);
        change(&mut event);
        event.check().unwrap_err().to_string()
    };
    assert_eq!(wrong(|event| event.user.clear()), "`user` is empty");
    assert_eq!(wrong(|event| event.item = "x".repeat(513)), "`item` is longer than 512 characters");
    assert_eq!(wrong(|event| event.user = "a\nb".into()), "`user` holds a control character");
    assert!(wrong(|event| event.kind = "Take".into()).starts_with("`kind` is not a word"));
    assert_eq!(wrong(|event| event.value = Some(f64::NAN)), "`value` is not a finite number");
    assert_eq!(wrong(|event| event.time = f64::INFINITY), "`time` is not a finite number");
}

#[test]
fn a_table_is_quoted_where_it_has_to_be() {
    let mut table = Vec::new();
    write_csv(None, &mut table).unwrap();
    write_csv(Some(&event(2)), &mut table).unwrap();
    let odd = Event { user: "a,b".into(), item: "say \"hi\"".into(), value: None, time: 1.5, ..event(1) };
    write_csv(Some(&odd), &mut table).unwrap();
    let text = String::from_utf8(table).unwrap();
    assert_eq!(text, "user,item,kind,value,time\nu2,ü2,dismiss,0.5,2\n\"a,b\",\"say \"\"hi\"\"\",take,,1.5\n");
}
