"""What stands in a PDF, read by a library that had no part in making it."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader


@dataclass(frozen=True)
class Paper:
    #: of each page, with single spaces
    pages: list[str]
    #: SHA-256 of each attachment by its name
    attachments: dict[str, str]

    @property
    def text(self) -> str:
        return " ".join(self.pages)


def read_paper(path: Path) -> Paper:
    reader = PdfReader(path)
    return Paper(
        pages=[re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages],
        attachments={
            name: hashlib.sha256(versions[0]).hexdigest() for name, versions in reader.attachments.items()
        },
    )
