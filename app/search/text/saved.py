"""A base and its forms as files, so that a start need not build them."""

from pathlib import Path

import numpy as np

from app.search.text.forms import Forms
from app.search.text.parts import Base


def save(folder: Path, base: Base, forms: Forms) -> None:
    """Write a base and the forms of its words into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "size.npy", base.size)
    np.save(folder / "starts.npy", base.starts)
    np.save(folder / "postings.npy", base.postings)
    np.save(folder / "form_starts.npy", forms.starts)
    np.save(folder / "form_numbers.npy", forms.numbers)
    (folder / "words.txt").write_text("\n".join(base.words), encoding="utf-8")
    (folder / "stems.txt").write_text("\n".join(forms.stems), encoding="utf-8")


def load(folder: Path) -> tuple[Base, Forms]:
    """What `save` wrote; the postings are mapped into memory.

    Raises:
        OSError: A file is not there.
        ValueError: The files do not belong together.
    """
    words, stems = _lines(folder / "words.txt"), _lines(folder / "stems.txt")
    base = Base(
        size=int(np.load(folder / "size.npy")),
        words=words,
        starts=np.load(folder / "starts.npy"),
        # A plain view is indexed much faster than numpy's class for a mapped file.
        postings=np.load(folder / "postings.npy", mmap_mode="r").view(np.ndarray),
    )
    starts, numbers = np.load(folder / "form_starts.npy"), np.load(folder / "form_numbers.npy")
    if not (
        len(base.starts) == len(words) + 1
        and len(base.postings) == base.starts[-1]
        and len(numbers) == len(words)
        and len(starts) == len(stems) + 1
    ):
        raise ValueError(f"The files in {folder} are not those of one text index.")
    return base, Forms(words, stems, starts, numbers, frozenset(words), {})


def _lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return text.split("\n") if text else []
