"""A document's data to an HTML page: the Jinja side of rendering."""

import base64
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.adapters.qr import svg_of
from shared.documents import names, wording
from shared.documents.act_data import ActOfCompletion
from shared.documents.contract_data import ServiceContract, ServiceSubcontract, SignatureSheet
from shared.documents.data_reading import read
from shared.kernel.clock import iso
from shared.ports.pdf import UnknownTemplate

SIGNATURE_SHEET = "signature_sheet"

#: Which data each version of a template takes. A version that has been signed is never removed or changed.
SHAPES: Mapping[tuple[str, int], type] = MappingProxyType(
    {
        ("service_contract_secondary_sell", 1): ServiceContract,
        ("service_subcontract", 1): ServiceSubcontract,
        ("act_of_completion", 1): ActOfCompletion,
        (SIGNATURE_SHEET, 1): SignatureSheet,
    }
)


class Pages:
    """The templates of one folder, with every value escaped."""

    def __init__(self, templates: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "rubles": wording.rubles,
            "rubles_in_full": wording.rubles_in_full,
            "percent": wording.percent,
            "days": wording.days,
            "long_date": wording.long_date,
            "short_date": wording.short_date,
            "utc_moment": wording.utc_moment,
            "moscow_moment": wording.moscow_moment,
            "phone": wording.phone,
            "masked_phone": wording.masked_phone,
            "short_name": names.short_name,
            "qr": qr_image,
        }
        self._environment.globals |= {
            "plural": wording.plural,
            "signer_phrase": names.signer_phrase,
            "agreed": names.agreed,
        }

    def html(self, template: str, version: int, data: Mapping[str, Any], *, dated: datetime) -> str:
        """:raises UnknownTemplate:
        :raises BadDocumentData:
        """
        shape = SHAPES.get((template, version))
        if shape is None:
            raise UnknownTemplate(template, version)
        page = self._environment.get_template(f"{template}/v{version}/document.html").render(
            doc=read(shape, data), template=template, version=version, dated=iso(dated.replace(microsecond=0))
        )
        return wording.tied(page)


def qr_image(address: str) -> str:
    """A QR code as a data: address of an SVG picture; a quarter of it may be damaged and it still reads."""
    picture = svg_of(address, error="q")
    if picture is None:
        raise ValueError("no QR code holds such an address")
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode("ascii")
