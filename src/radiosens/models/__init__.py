"""Bundles: trained predictors with all that is needed to use them, and what they say of a sample.

Arrays are in safetensors, estimators in skops, all facts in a JSON card. Loading one runs no code
of it. A prediction is a number, an interval that holds for unseen donors, and three questions
answered first: is this a line of training (`recognition`), is it unlike all of training
(`novelty`), how much of the model was measured.
"""
