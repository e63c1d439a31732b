"""Everything radiosens refuses, as one tree of exceptions.

::

    RadiosensError
    ├── InputError           a file that cannot be read or does not hold what it should
    │   ├── TruncatedError   it ends too early
    │   ├── PlatformError    it was measured on another platform than the one asked for
    │   └── SampleSheetError the sample sheet does not fit the data
    ├── UnknownLineError     a cell line that is not in the table of lines
    ├── DownloadError        the network failed, or what came is not what was asked for
    ├── SettingsError        settings that no network or experiment can be made of
    └── RunError             a run directory that cannot be written or continued

Every message says what is wrong, where, and what to do about it, on one line. The
command line prints that line and exits with status 2.
"""

from __future__ import annotations


class RadiosensError(Exception):
    """Base of every refusal.

    Parameters
    ----------
    what : str
        What is wrong, in plain words, without a full stop.
    where : object, optional
        The file, and if known the line or column, it was found in.
    cure : str, optional
        What the user can do about it, without a full stop.

    Examples
    --------
    >>> print(RadiosensError("the table is empty", where="a.csv", cure="check the download"))
    a.csv: the table is empty; check the download
    """

    def __init__(self, what: str, *, where: object = None, cure: str | None = None) -> None:
        self.what = what
        self.where = where
        self.cure = cure
        message = what if where is None else f"{where}: {what}"
        if cure is not None:
            message = f"{message}; {cure}"
        super().__init__(_printable(message))


#: The longest message; what is longer is cut in its middle, where lists stand.
MOST_CHARACTERS = 400


def _printable(message: str) -> str:
    """Bring a message to one line of printable characters; others are shown as escapes."""
    line = " ".join(message.split())
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    if len(line) <= MOST_CHARACTERS:
        return line
    half = (MOST_CHARACTERS - 3) // 2
    return f"{line[:half]} … {line[-half:]}"


class InputError(RadiosensError):
    """A file that cannot be read, or that does not hold what it should."""


class TruncatedError(InputError):
    """A file that ends before its own header says it should."""


class PlatformError(InputError):
    """Data of another platform than the one asked for, or of several at once."""


class SampleSheetError(InputError):
    """A sample sheet that is malformed or does not fit the data."""


class UnknownLineError(RadiosensError):
    """A cell-line name that the resolver does not know."""


class DownloadError(RadiosensError):
    """A download that failed, or that brought something else than was asked for."""


class SettingsError(RadiosensError):
    """Settings of which no network or experiment can be made."""


class RunError(RadiosensError):
    """A run directory that cannot be written, or that belongs to another experiment."""


class RadiosensWarning(UserWarning):
    """Something that was understood or changed without being asked for, and may move numbers."""
