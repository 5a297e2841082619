"""The exercises of the book, one module a page."""
