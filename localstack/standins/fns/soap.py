"""The service's side of SOAP 1.1, with the namespaces of its papers."""

from collections.abc import Sequence

from flask import Response
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OPEN_API = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiMessageConsumerService/types/1.0"
ASYNC_API = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiAsyncMessageConsumerService/types/1.0"
AUTH = "urn://x-artefacts-gnivc-ru/ais3/kkt/AuthService/types/1.0"
SMZ = "urn://x-artefacts-gnivc-ru/ais3/SMZ/SmzPartnersIntegrationService/types/1.0"

Node = etree._Element  # noqa: SLF001 -- lxml's own name of an element's type


class Refused(Exception):
    """The whole call is refused with a SOAP Fault of this text."""


def node(namespace: str, name: str, content: str | Sequence[Node] = ()) -> Node:
    made = etree.Element(etree.QName(namespace, name), nsmap={"ns2": namespace})
    if isinstance(content, str):
        made.text = content
    else:
        made.extend(content)
    return made


def payload(body: bytes) -> Node:
    """The one element in the body of a request.

    :raises Refused: not an envelope
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        envelope = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("Сообщение не является XML") from None
    soap_body = envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or soap_body is None or len(soap_body) != 1:
        raise Refused("Сообщение не является конвертом SOAP")
    return soap_body[0]


def answer(content: Node) -> Response:
    return _response(content, 200)


def fault(text: str, status: int = 500) -> Response:
    code, words = etree.Element("faultcode"), etree.Element("faultstring")
    code.text, words.text = "soap:Server", text
    return _response(node(SOAP, "Fault", [code, words]), status)


def _response(content: Node, status: int) -> Response:
    envelope = node(SOAP, "Envelope", [node(SOAP, "Body", [content])])
    body = etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return Response(body, status, content_type="text/xml; charset=utf-8")
