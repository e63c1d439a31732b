"""What the benchmark page says besides what its tables say."""

# ruff: noqa: E501  rows of Markdown tables cannot be broken

from __future__ import annotations

__all__ = ["AGAIN", "HOW", "PAPER", "RELATED", "SEEN", "TITLE"]

TITLE = """
# Benchmark: what expression adds, and what recognition is worth

*Written by `radiosens benchmark`; sentences with numbers are made of the tables beside them.*
"""

HOW = """
## How it is measured

Predictors of SF2 are asked two questions. `replicate`: what is the SF2 of a sample whose line has
another sample in training, as in the paper? To recognise the line is enough. `donor` (or `line`):
what is the SF2 of a line whose donor (or which itself) is not in training? Only that is
prediction. A line's prediction is its mean over rounds and replicates.

- **R²** is one minus the squared errors over those of the tested lines' own mean: zero is worth
  no more than that mean, which nobody knows beforehand.
- **Pearson's r** is of predictions less the mean SF2 of their training lines. Where a sensitive
  line is kept out, the others' mean is higher, so that whatever leans on that mean would
  correlate negatively by construction; of what does not lean on it, as `rsi`, which is not
  trained, this raises r instead. *Within tissues*, it is of deviations from each tissue's
  mean. A predictor that says the same of all lines that are tested at once has neither a
  correlation nor intervals.
- ***Correct*** is the paper's criterion: an absolute error below 0.01 or a relative one below 10 %.
- **What has to be beaten** is the strongest predictor that sees no expression, on the same
  lines: `mean` of the training lines, `lineage-mean` (one mean for leukaemia, lymphoma and myeloma,
  one for all others), `tissue-mean`, or `lineage-tissue` (the two means and shrunken effects of
  tissue). Which is the strongest is decided on these lines, in its
  favour. **p** of that comparison is two-sided, of squared errors whose owners are changed at random
  donor by donor, corrected for the number of predictors compared (Holm).
- `lineage-ridge` adds ridge regression on expression to `lineage-tissue`: with `mean` and
  `lineage-mean` they are the nested models.
- `radiosens` is our recommendation: the simplest of four models (the mean, two means, two means
  and tissue, expression) that cross-validation inside training does not speak against by more
  than one standard error. What it is on all lines of a panel is said below that panel's tables.
"""

PAPER = ("the paper: its network, 174 arrays, replicates on both sides", "98.3 %", "0.025", "0.988")

RELATED = """
## What related work measured

| work | claim | what it is a figure of |
|---|---|---|
| Torres-Roca et al. 2005 | 62 % within 10 % (22 of 35 lines), RMSD 0.20 | lines of the NCI-60, each left out once as far as we know, a linear model on expression. Compare the RMSD of `mean` above |
| Eschrich et al. 2009 (`rsi`) | the Radiosensitivity Index | ten genes and their weights derived on 48 lines of the NCI-60; on these lines, our figure for it is one of training data. On its own twelve published test lines, predicted and measured SF2 have r -0.57 (95 % -0.86 to 0.01). The original validation was on patients |
| Zhang et al. 2014 | 91 % within 10 % (54 of 59), RMSD 0.011 | the NCI-60; as its abstract has it, genes are selected by their association with SF2 and the model is trained on the same panel, and it names no lines kept out. Genes chosen that way find as much in shuffled SF2 (`tests/evaluation/test_leak_alarm.py`) |
| Kim and Chung | 98.3 %, RMSD 0.025, r 0.988 | 174 arrays of 59 lines with the replicates of each tested line in training |
| O'Connor et al. 2022, RadSigBench | mean R² of seven published signatures 0.00 on the NCI-60 (-0.19 to 0.19), 0.01 on CCLE (-0.05 to 0.09) | lines kept out of training, signatures no better than random genes |
"""

SEEN = """
## What was looked at before

The panels here have been looked at for long, so that no figure on them is of a first look. Before
`radiosens` became a choice between four models, about 25 designs were scored on the NCI-60 and 45
on CCLE with Yard (kernels and Gaussian processes with and without tissue, logarithm and ranks of
SF2, other doses, α and AUC of the same lines as further targets, stacking over doses, support
vectors, boosting, selected genes, weights, training on Yard's lines to predict the NCI-60), and
their figures are not in these tables. The four models and the lineages were chosen knowing them;
that blood is sensitive is older knowledge (Deacon et al. 1984). On CCLE with Yard, ridge regression
is the design; the other predictors of the table, as first written, were run beside it and chosen
by nothing.
"""

AGAIN = """
## Making it again

```console
radiosens benchmark DATA_DIR --out runs/benchmark
```

`DATA_DIR` is a folder with these files; a panel whose files are missing is left out:

| file | holds | from |
|---|---|---|
| `nci60_u133a_gcrma.csv.gz` | NCI-60, HG-U133A, GCRMA, 22,283 probe sets of 59 lines; the package's own column labels are shifted and were corrected | CellMiner, by the R package robustHD |
| `nci60_u133a_5147genes.csv.gz`, `nci60_u133plus2_5147genes.csv.gz` | the same lines on two platforms, by gene symbol; columns of the second relabelled | CellMiner, by MatchMixeR |
| `nci60_rnaseq_log2fpkm.csv.gz` | RNA sequencing of the same lines | CellMiner, by Factor_COSMOS |
| `ccle_706genes_zscored.csv.gz` | CCLE RNA sequencing of 503 lines, z-scored by gene | TGSA |
| `yard2016_dose_response.csv`, `yard2016_histology.csv` | survival after 1 to 10 Gy, and tissue | Yard et al. 2016, by RadioGx |

The same command on the same folder goes on where it stopped; `--quick` does one round with few
predictors and few permutations.
"""
