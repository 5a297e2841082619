"""Model families that are trained for the book, with PyTorch (extra `train`); the book is built without it.

Import the modules: `from mirage.families import training, transformer, vision`.
"""

__all__: list[str] = []
