"""Grade submissions to the assignments: `python -m tools.grading FOLDER`, or `make grade SUBMISSIONS=FOLDER`.

`tables` reads submissions and writes what a lecturer gets, `jail` runs one submission inside limits, and
`watch` is loaded by every Python in there: it keeps students' code from the tests.
"""
