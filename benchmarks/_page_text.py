"""What docs/benchmark.md says besides the figures."""

INTRODUCTION = """
# Benchmark: how much of a score is recognition?

*Written by `benchmarks/page.py` from `benchmarks/results/`; every figure can be made again with
the commands at the end.*

In short: recognising the line explains the paper's score, a nearest neighbour has it too. For
donors not in training, knowing that leukaemias are sensitive explains most of what any predictor
can do; among solid tumours nothing is left that is shown to be better than their mean SF2. On 237
lines of CCLE correlations are about 0.25. *radiosens*, where it stands in a table of predictors, is
our own: lineage, and expression and tissue as far as they help; `cnn` is the paper's network.

Predictors of SF2 are asked two questions here. `replicate`: what is the SF2 of a sample whose
line is in training, as in the paper? To recognise the line is enough. `donor` (or `line`): what
is the SF2 of a line whose donor is not? Only that is prediction. A line's prediction is its mean
over rounds and replicates, and shares are of lines (the README's are of samples, each by itself,
over five rounds, and so differ); intervals are 95 %, from drawing donors with replacement 2,000 times;
R² is one minus the squared errors over those of the tested lines' own mean, so that zero is worth
no more than that mean. *Correct* is the paper's criterion. The mean of the training lines has a
negative correlation with what it predicts, by construction: where a sensitive line is kept out,
the others' mean is higher. Whatever leans on that mean inherits some of it, so that small
negative correlations say nothing.
"""

RELATED = """
## What related work measured

| work | claim | what it is a figure of |
|---|---|---|
| Torres-Roca et al. 2005 | 62 % within 10 % (22 of 35 lines), RMSD 0.20 | lines of the NCI-60, each left out once as far as we know, a linear model on expression. An RMSD of 0.20 is what the mean of these lines has: see `mean` above |
| Eschrich et al. 2009 (`rsi`) | the Radiosensitivity Index | ten genes and their weights derived on 48 lines of the NCI-60; on these lines, our figure for it is one of training data. The original validation was on patients |
| Zhang et al. 2014 | 91 % within 10 % (54 of 59), RMSD 0.011 | the NCI-60; as its abstract has it, genes are selected by their association with SF2 and the model is trained on the same panel, and it names no lines kept out. Ours refuses that as a leak (`tests/evaluation/test_leak_alarm.py`): it finds as much in shuffled SF2 |
| Kim and Chung | 98.3 %, RMSD 0.025, r 0.988 | 174 arrays of 59 lines with the replicates of each tested line in training |
| O'Connor et al. 2022, RadSigBench | mean R² of seven published signatures 0.00 on the NCI-60 (-0.19 to 0.19), 0.01 on CCLE (-0.05 to 0.09) | lines kept out of training, signatures no better than random genes; our honest figures agree |
"""

LOOKS = """
## What was looked at

`radiosens` was designed while looking at the figures of these panels: about 25 designs were
scored on the NCI-60 under `donor` and about 45 on CCLE under `line` (kernels and Gaussian
processes with and without tissue and histology, logarithm and ranks of SF2, other doses and α and
AUC of the same lines as further or smoothed targets, stacking over doses, support vectors,
boosting, selected genes, weights by agreement with a linear-quadratic fit, and training on Yard's
lines to predict the NCI-60). On CCLE every one of them had r between 0.08 and 0.26 in
ten folds; ridge has 0.25 so, and 0.29 where one line at a time is left out. Learning from
other doses of the training lines gained 0.03 at most and is left out; training on Yard's lines had
r -0.14 to 0.03 with SF2 of the NCI-60's solid tumours. The effect of being haematological was
kept because it had the best figure on the NCI-60 (R² 0.39 by itself) and is old knowledge, so
that the figure of `radiosens` on the NCI-60 is somewhat too good. Its penalties are tuned inside
training. All other predictors were run as they were first written, settings chosen
by cross-validation inside training under the same protocol.
"""

COMMANDS = """
## Making it again

`D` is a folder with these files:

| file | holds | from |
|---|---|---|
| `nci60_u133a_gcrma.csv.gz` | NCI-60, HG-U133A, GCRMA, 22,283 probe sets of 59 lines; the package's own column labels are shifted and were corrected | CellMiner, by the R package robustHD |
| `nci60_u133a_5147genes.csv.gz`, `nci60_u133plus2_5147genes.csv.gz` | the same lines on two platforms, by gene symbol; columns of the second relabelled | CellMiner, by MatchMixeR |
| `nci60_u95av2.gct` | 50 lines on a third platform | example data of GSEA |
| `GSE32474_standin_series_matrix.txt.gz` | the stand-in for GSE32474: real profiles for 22,277 probe sets, simulated replicates | made for this project |
| `ccle_706genes_zscored.csv.gz` | CCLE RNA-seq of 503 lines, z-scored by gene | TGSA |
| `yard2016_dose_response.csv`, `yard2016_histology.csv` | survival after 1 to 10 Gy | Yard et al. 2016, by RadioGx |

```console
python benchmarks/evaluation.py nci60_u133a $D/nci60_u133a_gcrma.csv.gz \\
    --permutations 40 --out runs/u133a
python benchmarks/evaluation.py nci60_u133a_shuffled $D/nci60_u133a_gcrma.csv.gz \\
    --protocol donor --shuffle --rounds 1 --out runs/shuffled
python benchmarks/evaluation.py two_platforms $D/nci60_u133a_5147genes.csv.gz \\
    $D/nci60_u133plus2_5147genes.csv.gz --folds 6 \\
    --predictors mean,tissue-mean,nearest,ridge,svr,radiosens,cnn --out runs/two
python benchmarks/evaluation.py standin $D/GSE32474_standin_series_matrix.txt.gz \\
    --predictors tissue-mean,nearest,cnn --rounds 1 --folds 6 --out runs/standin
python benchmarks/yard_sheet.py $D/ccle_706genes_zscored.csv.gz \\
    $D/yard2016_dose_response.csv $D/yard2016_histology.csv yard.csv
python benchmarks/evaluation.py ccle_yard $D/ccle_706genes_zscored.csv.gz \\
    --samples yard.csv --protocol line --permutations 20 --out runs/yard
python benchmarks/page.py
```

Each run's settings stand in its JSON under `benchmarks/results/`.
"""
