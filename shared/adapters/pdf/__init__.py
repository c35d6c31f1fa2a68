import atexit
from functools import cache

from shared.adapters.pdf.weasyprint_renderer import WeasyPrintRenderer
from shared.config import pdf as config
from shared.ports.pdf import PdfRenderer


@cache
def pdf_renderer() -> PdfRenderer:
    """One per process: fonts and styles are read once.

    :raises SettingsError: the fonts or the templates are not there
    """
    settings = config.load()
    return WeasyPrintRenderer(templates=settings.templates, fonts=settings.fonts)


# WeasyPrint keeps fonts in a temporary folder and can't remove it any more once modules are torn down.
atexit.register(pdf_renderer.cache_clear)
