"""SOAP 1.1 of the tax service: wrapping a payload, opening an answer that may be hostile, naming a Fault."""

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class SoapFault(Exception):
    """The service refused the whole call; its text stays inside, as it may quote what was sent."""

    def __init__(self, text: str) -> None:
        super().__init__("the tax service answered with a SOAP fault")
        self.text = text


class NotAnEnvelope(Exception):
    """The answer is no SOAP envelope."""


def wrap(payload: etree._Element) -> bytes:
    envelope = etree.Element(etree.QName(SOAP, "Envelope"), nsmap={"soap": SOAP})
    etree.SubElement(envelope, etree.QName(SOAP, "Body")).append(payload)
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def unwrap(answer: bytes) -> etree._Element:
    """The one element in the body of the answer.

    :raises SoapFault: the body holds a Fault
    :raises NotAnEnvelope: not XML, a document type (entities), no body or an empty one
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(answer, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotAnEnvelope from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # lxml-stubs lack it
        raise NotAnEnvelope
    body = root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) == 0:
        raise NotAnEnvelope
    if body[0].tag == f"{{{SOAP}}}Fault":
        raise SoapFault(body[0].findtext("faultstring") or "")
    return body[0]
