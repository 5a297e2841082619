"""Evaluation logs of other tools, read, and scored again from the answers that they hold.

`read` finds logs of lm-evaluation-harness, Inspect, HELM, lighteval and BIG-bench, and tables of one's own.
Each becomes a `Run`: one model's answers to one task, as arrays of scores, one entry an answer. Texts do not
stay in memory. What cannot be read is named, with the reason; nothing in a log is run, or trusted.
"""

from mirage.logs._read import Logs, read
from mirage.logs._runs import Run
from mirage.logs._samples import sample_logs
from mirage.logs._sizes import placed, size_in_name

__all__ = ["Logs", "Run", "placed", "read", "sample_logs", "size_in_name"]
