"""Find the page's files: where the wheel puts them, else at the repository's root.

hatchling maps a folder as a whole: the station's pages lie beside the site's in the wheel.
"""

from pathlib import Path

SITE_PACKAGES = Path(__file__).resolve().parents[2]


def station_dir(kind: str, *, root: Path = SITE_PACKAGES) -> Path:
    """The folder of the station's ``templates`` or ``static`` files.

    Raises:
        FileNotFoundError: it is in neither place; the installation is broken.
    """
    for parent in (root / "landing", root):
        folder = parent / kind / "station"
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {kind}/station is not where {root} should have it")
