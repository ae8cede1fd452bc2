//! Node classification: against confusion matrices of the same splits, on labels that are easy or hopeless to read, and
//! on awkward labels.

use culet_eval::{
    ClassificationProtocol, ClassificationReport, DenseRows, EvalError, LogisticRegression, evaluate_classification,
};
use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::Matrix;
use rayon::{ThreadPool, ThreadPoolBuilder};

fn pool(n_threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}

fn lists(lists: &[Vec<u32>]) -> Csr {
    let pairs: Vec<(u32, u32)> =
        lists.iter().zip(0..).flat_map(|(list, node)| list.iter().map(move |&label| (node, label))).collect();
    Csr::from_pairs(lists.len(), &pairs).unwrap()
}

/// Nodes with labels 0, 1, 2, 0, 1, 2 ... and vectors about `distance` from the others' centres.
fn groups(n_nodes: u32, distance: f32, step: u64) -> (Vec<f32>, Vec<Vec<u32>>) {
    let stream = Stream::new(4, Purpose::Test, step);
    let values = (0..n_nodes).flat_map(|node| {
        let noise = move |k: u32| stream.normal(u64::from(4 * node + k)) as f32;
        (0..4).map(move |k| noise(k) + if k == node % 3 { distance } else { 0.0 })
    });
    (values.collect(), (0..n_nodes).map(|node| vec![node % 3]).collect())
}

fn evaluate(values: &[f32], dim: usize, labels: &[Vec<u32>], shares: &[f64], n_repeats: u64) -> ClassificationReport {
    let table = Matrix::from_values(labels.len(), dim, values);
    let protocol = ClassificationProtocol::new(shares.to_vec(), n_repeats, 7, 1.0).unwrap();
    evaluate_classification(&table, &lists(labels), &protocol, &pool(2)).unwrap()
}

fn refusal(labels: &[Vec<u32>], shares: &[f64]) -> EvalError {
    let protocol = ClassificationProtocol::new(shares.to_vec(), 1, 0, 1.0).unwrap();
    evaluate_classification(&Matrix::zeros(labels.len(), 2), &lists(labels), &protocol, &pool(1)).unwrap_err()
}

/// Micro and macro F1 of the likeliest labels, by a confusion matrix: the harmonic mean of precision and recall.
fn by_confusion(truth: &[u32], predicted: &[u32], n_labels: usize) -> [f64; 2] {
    let mut confusion = vec![vec![0.0; n_labels]; n_labels];
    truth.iter().zip(predicted).for_each(|(&t, &p)| confusion[t as usize][p as usize] += 1.0);
    let f1 = |label: usize| {
        let right = confusion[label][label];
        let given: f64 = confusion[label].iter().sum();
        let said: f64 = confusion.iter().map(|row| row[label]).sum();
        let (precision, recall) = (right / said, right / given);
        if right == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    };
    let accuracy = truth.iter().zip(predicted).filter(|(t, p)| t == p).count() as f64 / truth.len() as f64;
    [accuracy, (0..n_labels).map(f1).sum::<f64>() / n_labels as f64]
}

#[test]
fn values_are_those_of_confusion_matrices_of_the_same_splits() {
    let (values, labels) = groups(90, 1.5, 0);
    let report = evaluate(&values, 4, &labels, &[0.2, 0.6], 3);
    assert_eq!((report.n_nodes, report.n_labels, report.multi_label), (90, 3, false));
    for (rows, (n_train, share)) in report.rows.chunks(2).zip([(18, 0.2), (54, 0.6)]) {
        let mut expected = Vec::new();
        for repeat in 0..3 {
            let order = Stream::new(7, Purpose::NodeSplit, repeat).permutation(90);
            let (train, test) = order.split_at(n_train);
            let features = |nodes: &[u32]| {
                let wide = |node: &u32| values[*node as usize * 4..][..4].iter().map(|&x| f64::from(x));
                nodes.iter().flat_map(wide).collect::<Vec<f64>>()
            };
            let train_features = features(train);
            let regression = LogisticRegression::new(1.0).unwrap();
            let models: Vec<_> = (0..3)
                .map(|label| {
                    let positive: Vec<bool> = train.iter().map(|node| node % 3 == label).collect();
                    regression.fit(&DenseRows::new(&train_features, 4), &positive, None, &pool(1)).unwrap()
                })
                .collect();
            let predicted: Vec<u32> = features(test)
                .chunks(4)
                .map(|row| {
                    let odds = |label: &u32| models[*label as usize].log_odds(row);
                    (0..3).max_by(|a, b| odds(a).total_cmp(&odds(b))).unwrap()
                })
                .collect();
            let truth: Vec<u32> = test.iter().map(|node| node % 3).collect();
            expected.push(by_confusion(&truth, &predicted, 3));
        }
        assert_eq!(
            (rows[0].method.as_str(), rows[0].train_share, rows[0].n_train),
            ("logistic regression", share, n_train)
        );
        for (metric, found) in [rows[0].micro_f1, rows[0].macro_f1].into_iter().enumerate() {
            let values: Vec<f64> = expected.iter().map(|values| values[metric]).collect();
            let mean = values.iter().sum::<f64>() / 3.0;
            let deviation = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 2.0).sqrt();
            assert!((found.mean - mean).abs() < 1e-12, "{found:?}, expected {mean}");
            assert!((found.deviation - deviation).abs() < 1e-12, "{found:?}, expected {deviation}");
        }
        assert_eq!(rows[1].method, "majority");
        assert!(rows[0].micro_f1.mean > rows[1].micro_f1.mean + 0.2, "{rows:?}");
    }
}

#[test]
fn labels_far_apart_are_read_and_labels_of_noise_are_not() {
    let (values, labels) = groups(300, 12.0, 1);
    let easy = &evaluate(&values, 4, &labels, &[0.5], 2).rows[0];
    assert!(easy.micro_f1.mean > 0.999 && easy.macro_f1.mean > 0.999, "{easy:?}");
    let (values, _) = groups(300, 0.0, 2);
    let hopeless = &evaluate(&values, 4, &labels, &[0.5], 5).rows[0];
    assert!((hopeless.micro_f1.mean - 1.0 / 3.0).abs() < 0.08, "{hopeless:?}");
}

#[test]
fn the_majority_by_hand() {
    // Nine nodes of label 5 and three of label 2: 5 is the commonest among any nine of them.
    let labels: Vec<Vec<u32>> = (0..12).map(|node| vec![if node < 9 { 5 } else { 2 }]).collect();
    let report = evaluate(&[0.0; 12], 1, &labels, &[0.75], 20);
    assert_eq!((report.n_labels, report.rows.len()), (2, 2));
    let right = |split: u64| {
        let order = Stream::new(7, Purpose::NodeSplit, split).permutation(12);
        order[9..].iter().filter(|&&node| node < 9).count() as f64 / 3.0
    };
    let expected = (0..20).map(right).sum::<f64>() / 20.0;
    assert!((report.rows[1].micro_f1.mean - expected).abs() < 1e-12);
    // Vectors that say nothing leave the regression with the frequencies as well.
    assert_eq!(report.rows[0].micro_f1, report.rows[1].micro_f1);
}

#[test]
fn of_several_labels_as_many_are_predicted_as_a_node_has() {
    // The vector names the labels, one to three of them.
    let stream = Stream::new(8, Purpose::Test, 0);
    let labels: Vec<Vec<u32>> = (0..200_u64)
        .map(|node| {
            let mut own: Vec<u32> =
                (0..1 + stream.below(9 * node, 3)).map(|k| stream.below(9 * node + 1 + k, 5) as u32).collect();
            own.sort_unstable();
            own.dedup();
            own
        })
        .collect();
    let values: Vec<f32> = labels
        .iter()
        .flat_map(|own| (0..5).map(|label| if own.contains(&label) { 3.0 } else { -3.0 }).collect::<Vec<f32>>())
        .collect();
    let report = evaluate(&values, 5, &labels, &[0.5], 3);
    assert!(report.multi_label);
    assert_eq!(report.rows[0].micro_f1.mean, 1.0);
    assert_eq!(report.rows[0].macro_f1.mean, 1.0);
    assert!(report.rows[1].micro_f1.mean < 0.7);
}

#[test]
fn nodes_without_labels_take_no_part() {
    let (values, labels) = groups(60, 2.0, 3);
    let expected = evaluate(&values, 4, &labels, &[0.5], 2);
    // An unlabelled node after each other one, with a vector that would be refused.
    let (mut more_values, mut more_labels) = (Vec::new(), Vec::new());
    for (node, own) in labels.iter().enumerate() {
        more_values.extend_from_slice(&values[4 * node..4 * node + 4]);
        more_values.extend([f32::NAN; 4]);
        more_labels.extend([own.clone(), Vec::new()]);
    }
    assert_eq!(evaluate(&more_values, 4, &more_labels, &[0.5], 2), expected);
}

#[test]
fn a_label_of_one_node_and_a_label_never_trained_on_are_errors_of_the_classifier_not_of_the_run() {
    let (mut values, mut labels) = groups(60, 12.0, 4);
    // Label 9 exists once; whenever that node is tested, nobody has seen the label.
    labels[7] = vec![9];
    values[28..32].copy_from_slice(&[50.0, 50.0, 50.0, 50.0]);
    let splits_that_test_it =
        |n: u64| (0..n).filter(|&k| Stream::new(7, Purpose::NodeSplit, k).permutation(60)[30..].contains(&7)).count();
    assert!((1..10).contains(&splits_that_test_it(10)));
    let report = evaluate(&values, 4, &labels, &[0.5], 10);
    assert_eq!(report.n_labels, 4);
    // One of 30 wrong in those splits; label 9 then has an F1 of 0, and one of the others is a little below 1.
    let share = splits_that_test_it(10) as f64 / 10.0;
    assert!((report.rows[0].micro_f1.mean - (1.0 - share / 30.0)).abs() < 1e-12, "{report:?}");
    assert!(report.rows[0].macro_f1.mean < 1.0 - 0.25 * share, "{report:?}");
    assert!(report.rows[0].macro_f1.mean > 1.0 - 0.28 * share, "{report:?}");
}

#[test]
fn a_label_that_all_have_is_predicted_first() {
    // Everyone has label 0; every other node label 1 besides.
    let labels: Vec<Vec<u32>> = (0..40).map(|node| if node % 2 == 0 { vec![0] } else { vec![0, 1] }).collect();
    let values: Vec<f32> = (0..40).map(|node| if node % 2 == 0 { 9.0 } else { -9.0 }).collect();
    let report = evaluate(&values, 1, &labels, &[0.5], 1);
    assert_eq!(report.rows[0].micro_f1.mean, 1.0);
    assert_eq!(report.rows[0].micro_f1.deviation, 0.0);
}

#[test]
fn any_number_of_threads_gives_the_same_report_and_another_seed_another() {
    let (values, labels) = groups(700, 1.0, 5);
    let table = Matrix::from_values(700, 4, &values);
    let run = |n_threads, seed| {
        let protocol = ClassificationProtocol::new(vec![0.1, 0.9], 2, seed, 1.0).unwrap();
        evaluate_classification(&table, &lists(&labels), &protocol, &pool(n_threads)).unwrap()
    };
    assert_eq!(run(1, 0), run(3, 0));
    assert_ne!(run(1, 0).rows, run(1, 1).rows);
}

#[test]
fn labels_that_cannot_be_told_apart_are_refused() {
    let one = refusal(&[vec![3], vec![3], vec![]], &[0.5]);
    assert_eq!(one.to_string(), "all 2 labelled nodes have the label 3");
    assert!(one.hint().is_some());
    assert_eq!(refusal(&[vec![], vec![]], &[0.5]).to_string(), "there are no labelled nodes");
    let few = refusal(&[vec![0], vec![1]], &[0.1]);
    assert_eq!(few.to_string(), "a share of `0.1` of 2 labelled nodes leaves no training part");
    assert!(matches!(refusal(&[vec![0], vec![1]], &[0.9]), EvalError::EmptyPart { part: "test", .. }));
    let protocol = ClassificationProtocol::default();
    let uneven = evaluate_classification(&Matrix::zeros(3, 2), &lists(&[vec![0], vec![1]]), &protocol, &pool(1));
    assert_eq!(uneven.unwrap_err().to_string(), "there are 2 rows of labels, expected 3");
    assert!(ClassificationProtocol::new(vec![], 1, 0, 1.0).is_err());
    assert!(ClassificationProtocol::new(vec![1.0], 1, 0, 1.0).is_err());
    assert!(ClassificationProtocol::new(vec![0.5], 0, 0, 1.0).is_err());
    assert!(ClassificationProtocol::new(vec![0.5], 1, 0, -1.0).is_err());
}
