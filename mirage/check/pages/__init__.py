"""The exercises of the book, one module a page; a module is imported when one of its exercises is asked."""

__all__ = ["PAGES"]

PAGES = (  # as in the book
    "what-is-emergence",
    "toy-model",
    "seeing-small-numbers",
    "high-jump",
    "choosing-a-metric",
    "choosing-a-metric-in-depth",
    "can-we-trust-the-answers",
    "how-far-to-trust-them",
    "arithmetic-metric",
    "arithmetic-resolution",
    "arithmetic-length",
    "meta-analysis",
    "multiple-choice-to-brier",
    "vision-mnist",
    "vision-autoencoder",
    "vision-omniglot",
    "many-steps",
    "when-the-loss-jumps",
    "in-context-learning",
    "answers-without-questions",
    "forecasting",
    "what-it-comes-to",
    "audit-your-own",
)
