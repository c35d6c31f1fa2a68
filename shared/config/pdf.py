from functools import cache
from pathlib import Path
from typing import NamedTuple

from shared.config import environment as env

#: Where a fonts folder may lie: in the function's layer, or where Debian's fonts-paratype puts it.
_INSTALLED = (Path("/opt/fonts/paratype"), Path("/usr/share/fonts/truetype/paratype"))

#: PT Serif (regular, italic, bold), PT Sans (regular, bold), PT Mono.
FONT_FILES = ("PTF55F.ttf", "PTF56F.ttf", "PTF75F.ttf", "PTS55F.ttf", "PTS75F.ttf", "PTM55F.ttf")


class PdfSettings(NamedTuple):
    fonts: Path
    #: the folder "templates/contracts"
    templates: Path


@cache
def load() -> PdfSettings:
    """``HOUSLER_FONTS_DIR`` (default: the layer's or Debian's folder), ``HOUSLER_TEMPLATES_DIR`` (default:
    "templates" beside "shared").

    :raises SettingsError: a font or the templates are not there
    """
    templates = env.text("HOUSLER_TEMPLATES_DIR", str(Path(__file__).resolve().parents[2] / "templates"))
    return PdfSettings(
        fonts=_fonts(), templates=_folder("HOUSLER_TEMPLATES_DIR", Path(templates) / "contracts")
    )


def _fonts() -> Path:
    given = env.optional("HOUSLER_FONTS_DIR")
    for folder in (Path(given),) if given else _INSTALLED:
        if all((folder / name).is_file() for name in FONT_FILES):
            return folder.resolve()
    raise env.SettingsError("HOUSLER_FONTS_DIR must hold the PT fonts (Debian package fonts-paratype)")


def _folder(name: str, path: Path) -> Path:
    if not path.is_dir():
        raise env.SettingsError(f"{name} must hold the folder contracts")
    return path.resolve()
