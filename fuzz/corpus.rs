//! Writes the corpus: for the targets that take bytes, a few small inputs that lead deep into their readers.
//!
//! ```text
//! cargo run --example corpus
//! ```

use std::fs;
use std::path::Path;

use culet_fuzz::seeds::{arrow_tables, gzipped, npy, npz, parquet_tables, zip_archive};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/__fuzz__");
    for (target, inputs) in texts() {
        inputs.iter().enumerate().for_each(|(k, text)| write(&root, target, k, text.as_bytes()));
    }
    for (target, inputs) in binaries() {
        inputs.iter().enumerate().for_each(|(k, bytes)| write(&root, target, k, bytes));
    }
}

fn write(root: &Path, target: &str, k: usize, bytes: &[u8]) {
    let folder = root.join(target).join("corpus");
    fs::create_dir_all(&folder).expect("the folder of the corpus can be made");
    fs::write(folder.join(k.to_string()), bytes).expect("the corpus can be written");
}

fn texts() -> Vec<(&'static str, Vec<&'static str>)> {
    let log = "user,item,rating,timestamp\nann,7,5,1000\nbob,8,3.5,2000\n\"eve, the\nthird\",7,1,3000\n";
    vec![
        ("interactions", vec!["0 0 1 2\n1 2\n2\n", "1 1 2\n3 1\n"]),
        ("triplets", vec!["0 0 3\n1 1 4\n4 0 2\n"]),
        ("list", vec!["org_id remap_id freebase_id\nB000 0 m.01\nB001 1 m.02\n", "B000 0 m.01\nB001 1 m.02\n"]),
        ("names", vec!["0\tHeat\n1\tDune: Part \u{201c}Two\u{201d}\n"]),
        ("table", vec![log, "user\titem\nann\t7\n", "1 7\n2 8\n", "\u{feff}userId;movieId\r\n1;7\r\n"]),
        (
            "attributes",
            vec![
                "item,title,genres,price,year\n0,Heat,Crime|Drama,9.5,1995\n1,Dune,Drama,12,2021\n2,Up,,3,2009\n",
                "0,Heat,Crime|Drama,9.5,1995\n1,Dune,\"['Drama', 'War']\",12,2021\n",
            ],
        ),
        (
            "facts",
            vec![
                "head,relation,tail\n0,genre,crime\ncrime,part of,fiction\n",
                "<0> <http://x/genre> <http://x/crime> .\n_:b <http://x/name> \"Heat\\u0021\"@en .\n# end\n",
                "item,entity\n0,m.01\n1,m.02\n",
            ],
        ),
        (
            "edge_list",
            vec!["source,target,weight,time\na,b,1.5,10\nb,c,2,20\n", "# edges\n0 1\n1 2\n2 0\n", "a:x\tr\tb:y\n"],
        ),
        ("manifest", vec!["{}", "{\"version\": 1, \"files\": {}}"]),
    ]
}

fn binaries() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let edges = b"a b\nb c\nc a\n".repeat(9);
    // The targets put the first bytes of each format before the input.
    let behind = |n: usize, bytes: Vec<u8>| bytes[n..].to_vec();
    let zstd = [&[0x20, edges.len() as u8][..], &((edges.len() as u32) << 3 | 1).to_le_bytes()[..3], &edges].concat();
    let whole: Vec<u8> = [0_i32, 7, 1, 8, 2, 7].iter().flat_map(|number| number.to_le_bytes()).collect();
    let tables = parquet_tables();
    vec![
        ("packed", vec![behind(10, gzipped(&edges)), zstd]),
        (
            "arrays",
            vec![
                whole.clone(),
                behind(8, npy("<i4", "(3, 2)", &whole)),
                behind(8, npy("|u1", "(2, 4)", &[0, 1, 0, 2, 1, 0, 0, 3])),
            ],
        ),
        ("archives", vec![behind(4, zip_archive()), behind(4, npz())]),
        ("arrow", arrow_alterations()),
        ("parquet", vec![tables[0].clone(), tables[5].clone(), tables[19].clone(), Vec::new(), tables[23].clone()]),
        ("parquet_folder_altered", vec![Vec::new(), vec![1, 0, 9, 0, 1]]),
        ("unpack_zip", vec![Vec::new(), zip_archive(), npz()]),
        ("unpack_gzip", vec![Vec::new(), gzipped(&edges)]),
    ]
}

/// Alterations of tables of each kind: none, and of numbers at their end.
fn arrow_alterations() -> Vec<Vec<u8>> {
    let of = |k: usize| [vec![k as u8, 0], vec![0x60, 0, 1, 0x2a, 0, 0x10, 0x9c, 0, 0x40]].concat();
    [vec![Vec::new()], (0..arrow_tables().len()).step_by(5).map(of).collect()].concat()
}
