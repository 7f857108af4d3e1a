"""Find templates and static files: in the installed package, else at the repository's root."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def resource_dir(name: str, *, package: Path = PACKAGE) -> Path:
    """Give the folder ``name``, as a wheel or as a checkout keeps it.

    Raises:
        FileNotFoundError: neither has it; the installation is broken.
    """
    for parent in (package, package.parent):
        folder = parent / name
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name!r} is neither in {package} nor beside it")
