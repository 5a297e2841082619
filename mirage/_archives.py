"""Archives and Parquet, unpacked in parts and never beyond a bound, whatever they say of their sizes."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from pyarrow import parquet

__all__ = ["opened", "read_member", "read_parquet", "unpacked"]

MOST_OF_MEMBER = 2**25
MOST_IN_ALL = 2**32
MOST_OF_TABLE = 2**31
_UNSOUND = zipfile.BadZipFile, EOFError, lzma.LZMAError, zlib.error, pa.ArrowException
_UNSOUND += (RuntimeError,)  # a password, or a way of packing that is not known
_ZSTD = 93  # the standard library reads it from Python 3.14 on; Arrow always does


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file; whatever is wrong with it is a ValueError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _UNSOUND as error:
        raise ValueError(f"no sound zip file: {error}") from None


def read_member(archive: zipfile.ZipFile, name: str, most: int = MOST_OF_MEMBER) -> bytes:
    """Return what a member of an archive holds, if it is not too much."""
    info = archive.getinfo(name)
    if info.compress_type == _ZSTD:
        packed = pa.BufferReader(_packed(archive, info))
        data = pa.CompressedInputStream(packed, "zstd").read(most + 1)
        if len(data) <= most and zlib.crc32(data) != info.CRC:
            raise ValueError(f"{name} is damaged")
    else:
        with archive.open(info) as file:
            data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{name} is more than {most >> 20} MB when it is unpacked")
    return data


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the packed bytes of a member, which lie behind its local header."""
    archive.fp.seek(info.header_offset)
    header = archive.fp.read(30)
    if header[:4] != b"PK\x03\x04" or info.compress_size > MOST_OF_MEMBER:
        raise ValueError(f"{info.filename} is damaged")
    archive.fp.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    return archive.fp.read(info.compress_size)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack a zip file into a folder of its name for a while; what would lie outside is passed over."""
    with TemporaryDirectory() as place, opened(path) as archive:
        folder, left = Path(place, path.name), MOST_IN_ALL
        folder.mkdir()
        for info in archive.infolist():
            target = Path(folder, info.filename)
            if not info.is_dir() and target.resolve().is_relative_to(folder.resolve()):
                data = read_member(archive, info.filename, min(left, 2**28))
                left -= len(data)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        yield folder


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Return the columns of a file of Parquet, where few bytes can stand for very many."""
    with parquet.ParquetFile(path) as file:
        parts, left = [], MOST_OF_TABLE
        for part in file.iter_batches(1 << 10, columns=columns):
            parts.append(part)
            left -= part.nbytes
            if left < 0:
                raise ValueError(f"more than {MOST_OF_TABLE >> 20} MB when it is unpacked")
    return pa.Table.from_batches(parts)
