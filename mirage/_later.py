"""Libraries that are imported when first used: the core starts with NumPy alone, as it must in a browser."""

from importlib import import_module

__all__ = ["distance", "optimize", "parquet", "pd", "process", "sparse", "special", "stats"]


class _Later:
    """A module that is imported when one of its names is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # asked by what looks at modules, not by what uses them
            raise AttributeError(name)
        found = getattr(import_module(self._name), name)
        setattr(self, name, found)
        return found


parquet, pd = _Later("pyarrow.parquet"), _Later("pandas")
distance, process = _Later("rapidfuzz.distance"), _Later("rapidfuzz.process")
optimize, sparse = _Later("scipy.optimize"), _Later("scipy.sparse")
special, stats = _Later("scipy.special"), _Later("scipy.stats")
