"""Asks the SOAP twin of the label service through zeep, a SOAP client that knows nothing of it but its description, and
prints what came as one line of JSON.

    ask.py WSDL_URL label ORDER DEPOSIT_DATE COUNTRY ZIP
    ask.py WSDL_URL check ORDER DEPOSIT_DATE COUNTRY ZIP
    ask.py WSDL_URL reprint NUMBER
    ask.py WSDL_URL slip NUMBER[,NUMBER...]
    ask.py WSDL_URL refused ORDER DEPOSIT_DATE COUNTRY ZIP
    ask.py WSDL_URL fault
"""

import hashlib
import json
import sys

import zeep

ACCOUNT = dict(contractNumber="900778", password="zeep-test")
FORMAT = "PDF_10x15_300dpi"


def request(order, day, country, code, weight="1.25"):
    shop = dict(companyName="Atelier Garance", line2="8 rue du Commerce", countryCode="FR", city="Lyon", zipCode="69003")
    buyer = dict(lastName="Lefèvre & fils", line2="12 rue de l'Église", countryCode=country, city="Ville", zipCode=code)
    article = dict(description="Livre", quantity=1, weight=0.4, value=12.5, hsCode="490199", originCountry="FR", currency="EUR")
    return dict(
        **ACCOUNT,
        outputFormat=dict(x=0, y=0, outputPrintingType=FORMAT),
        letter=dict(
            service=dict(productCode="DOM", depositDate=day, totalAmount=990, orderNumber=order),
            parcel=dict(weight=weight),
            customsDeclarations=dict(
                includeCustomsDeclarations=True, contents=dict(article=[article], category=dict(value=3))
            ),
            sender=dict(address=shop),
            addressee=dict(address=buyer),
        ),
    )


def told(answer):
    """The messages; zeep unwraps an answer that holds nothing else."""
    messages = answer if isinstance(answer, list) else answer.messages
    return [dict(id=one.id, type=one.type, text=one.messageContent) for one in messages]


def held(octets):
    return dict(sha256=hashlib.sha256(octets).hexdigest(), begins=octets[:5].decode("latin-1")) if octets else None


def label(service, *letter):
    answer = service.generateLabel(generateLabelRequest=request(*letter))
    made = answer.labelV2Response
    return dict(
        messages=told(answer),
        number=made.parcelNumber if made else None,
        label=held(made.label) if made else None,
        cn23=held(made.cn23) if made else None,
    )


def refused(service, *letter):
    return dict(messages=told(service.generateLabel(generateLabelRequest=request(*letter, weight="31"))))


def check(service, *letter):
    return dict(messages=told(service.checkGenerateLabel(checkGenerateLabelRequest=request(*letter))))


def reprint(service, number):
    answer = service.getLabel(getLabelRequest=dict(**ACCOUNT, outputPrintingType=FORMAT, parcelNumber=number))
    return dict(messages=told(answer), label=held(answer.label))


def slip(service, numbers):
    answer = service.generateBordereauByParcelsNumbers(
        **ACCOUNT, generateBordereauParcelNumberList=dict(parcelsNumbers=numbers.split(","))
    )
    paper = answer.bordereau
    return dict(
        messages=told(answer),
        paper=held(paper.bordereauDataHandler) if paper else None,
        parcels=paper.bordereauHeader.numberOfParcels if paper else None,
    )


def fault(client):
    body = b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"
    address = client.service._binding_options["address"]
    answer = client.transport.post(address, body, {"Content-Type": "text/xml"})
    try:
        client.service._binding.process_reply(client, client.service._binding.get("generateLabel"), answer)
    except zeep.exceptions.Fault as fault:
        return dict(fault=fault.code, message=fault.message)
    return dict(fault=None)


def main():
    wsdl, what, *rest = sys.argv[1:]
    client = zeep.Client(wsdl)
    if what == "fault":
        said = fault(client)
    else:
        said = globals()[what](client.service, *rest)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
