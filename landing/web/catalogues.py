"""Keep the catalogues in step with the pages: ``python -m landing.web.catalogues [LANGUAGE …]``.

The words in templates and code are English; every other language has a catalogue in
landing/translations. This takes over the words that are new, drops those that are gone, compiles
what is translated, and says what is not.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from landing.languages import DEFAULT_LANGUAGE, TRANSLATIONS
from landing.web.resources import PACKAGE, resource_dir

_TEMPLATES = [("**.html", "jinja2")]
_CODE = [("**.py", "python")]


def catalogue_path(language: str = DEFAULT_LANGUAGE) -> Path:
    """Tell where a language's catalogue stands; the compiled one is beside it, as ``.mo``."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def words_in_use() -> Catalog:
    """Collect every word that a template or the code asks a translation of."""
    catalogue = Catalog()
    for folder, methods in ((resource_dir("templates"), _TEMPLATES), (PACKAGE / "web", _CODE)):
        found = extract_from_dir(folder, methods, strip_comment_tags=True)
        for name, _line, words, _comments, context in found:
            catalogue.add(words, locations=[(f"{folder.name}/{name}", 0)], context=context)
    return catalogue


def read_catalogue(path: Path) -> Catalog:
    """Read a catalogue as its translator left it."""
    with path.open("rb") as file:
        return read_po(file)


def compiled(catalogue: Catalog) -> bytes:
    """Compile a catalogue for gettext; the same catalogue gives the same bytes."""
    output = io.BytesIO()
    write_mo(output, catalogue)
    return output.getvalue()


def untranslated(catalogue: Catalog) -> Iterator[Message]:
    """Find the words that a reader of the catalogue's language would meet in English."""
    for message in catalogue:
        if message.id and (message.fuzzy or not message.string):
            yield message


def refresh(path: Path) -> Catalog:
    """Bring a catalogue and its compiled form up to date; translations are kept."""
    catalogue = read_catalogue(path)
    catalogue.update(words_in_use(), no_fuzzy_matching=True, update_creation_date=False)
    with path.open("wb") as file:
        write_po(
            file,
            catalogue,
            width=100,
            include_lineno=False,
            ignore_obsolete=True,
            sort_output=True,
        )
    kept = read_catalogue(path)
    path.with_suffix(".mo").write_bytes(compiled(kept))
    return kept


def begin(path: Path, language: str) -> None:
    """Make an empty catalogue for a language that has none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, Catalog(locale=language, project="WeCard", charset="utf-8"))


def catalogues() -> list[Path]:
    """List the catalogues that there are."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def main(added: Sequence[str]) -> int:
    """Refresh all catalogues, and begin those that are named; 1 if a word waits."""
    for language in added:
        if not catalogue_path(language).exists():
            begin(catalogue_path(language), language)
    waiting = 0
    for path in catalogues():
        for message in untranslated(refresh(path)):
            sys.stderr.write(f"{path}: not translated: {message.id!r}\n")
            waiting = 1
    return waiting


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
