//! RecBole's atomic files: columns between tabs, typed headers, no quotes.

use std::io::{self, Write};
use std::path::Path;

use culet_graph::Interactions;

use super::{check_distinct, check_ids, node_ids, taken_items};
use crate::catalogue::raw::is_missing;
use crate::new_folder::NewFolder;
use crate::places::name_of;
use crate::{DataError, Dataset};

/// Endings of the parts, which the name of a data set must not have.
const PARTS: [&str; 3] = [".train", ".valid", ".test"];

/// Writes the files, called as the folder is.
///
/// The items are linked with entities of their own ids, or of `item:ID` where another entity has that id.
pub(super) fn write(folder: &Path, dataset: &Dataset) -> Result<(), DataError> {
    check_ids(dataset, |id| is_missing(id.as_bytes()) || is_unfit(id))?;
    check_distinct(dataset)?;
    let name = stem(folder);
    let Dataset { train, valid, test, graph, vocabulary, .. } = dataset;
    let mut folder = NewFolder::create(folder)?;
    if taken_items(dataset).contains(&false) {
        folder.write(&format!("{name}.item"), |file| {
            writeln!(file, "item_id:token")?;
            (0..train.n_items()).try_for_each(|item| writeln!(file, "{}", vocabulary.entities.id(item)))
        })?;
    }
    if !graph.triplets().is_empty() {
        let ids = node_ids::distinct(&vocabulary.entities, train.n_items());
        folder.write(&format!("{name}.link"), |file| {
            writeln!(file, "item_id:token\tentity_id:token")?;
            (0..train.n_items()).try_for_each(|item| writeln!(file, "{}\t{}", vocabulary.entities.id(item), ids[item]))
        })?;
        folder.write(&format!("{name}.kg"), |file| {
            writeln!(file, "head_id:token\trelation_id:token\ttail_id:token")?;
            graph.triplets().iter().try_for_each(|t| {
                let relation = vocabulary.relations.id(t.relation as usize);
                writeln!(file, "{}\t{relation}\t{}", ids[t.head as usize], ids[t.tail as usize])
            })
        })?;
    }
    let is_whole = valid.n_pairs() + test.n_pairs() == 0;
    for (part, ending) in [(test, PARTS[2]), (valid, PARTS[1])] {
        if part.n_pairs() > 0 {
            folder.write(&format!("{name}{ending}.inter"), |file| write_log(file, part, dataset))?;
        }
    }
    // Last, as the other formats do.
    let ending = if is_whole { "" } else { PARTS[0] };
    folder.write(&format!("{name}{ending}.inter"), |file| write_log(file, train, dataset))?;
    folder.keep();
    Ok(())
}

/// Whether an id would not come back: nothing tells it from what is beside it, or a line of such ids is an empty one.
fn is_unfit(id: &str) -> bool {
    id.is_empty() || id.contains(['\t', '\n', '\r', '\0']) || id.starts_with(' ') || id.ends_with(' ')
}

/// The name of the data set: that of the folder, but not hidden and not as if it were that of a part.
fn stem(folder: &Path) -> String {
    let name = name_of(folder);
    let mut name = name.trim_start_matches('.').to_owned();
    if PARTS.iter().any(|ending| name.ends_with(ending)) {
        name = name.replace('.', "-");
    }
    if name.is_empty() { "data".to_owned() } else { name }
}

fn write_log(file: &mut impl Write, part: &Interactions, dataset: &Dataset) -> io::Result<()> {
    let vocabulary = &dataset.vocabulary;
    writeln!(file, "user_id:token\titem_id:token")?;
    part.pairs().try_for_each(|(user, item)| {
        writeln!(file, "{}\t{}", vocabulary.users.id(user as usize), vocabulary.entities.id(item as usize))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_as_the_folder_is() {
        let stems = ["a/shop", "ml.100k", ".hidden", "x.train", "..."].map(|path| stem(Path::new(path)));
        assert_eq!(stems, ["shop", "ml.100k", "hidden", "x-train", "data"]);
    }
}
