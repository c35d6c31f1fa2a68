"""QR codes as SVG."""

import io

import segno
from segno.encoder import DataOverflowError


def svg_of(text: str, *, error: str, border: int = 0) -> str | None:
    """None: no code holds so much.

    :param error: how much of it may be damaged: ``m`` an eighth, ``q`` a quarter
    :param border: the quiet zone, in modules; readers want four
    """
    picture = io.BytesIO()
    try:
        code = segno.make(text, error=error, micro=False)
    except DataOverflowError:
        return None
    # What surrounds it may be dark.
    light = "white" if border else None
    code.save(picture, kind="svg", border=border, light=light, xmldecl=False)
    return picture.getvalue().decode("utf-8")
