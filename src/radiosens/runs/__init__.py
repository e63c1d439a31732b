"""The machinery of runs: tasks, their journal, a shared cache, and where they are computed.

It knows no science. A task is anything with a key and a pure function of its inputs; inputs
that many tasks share are sent to each worker once; results are JSON values. Nothing here
imports anything of radiosens but `radiosens.errors`.
"""
