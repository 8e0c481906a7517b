"""Asks Karrio's Colissimo client, as published, for a label or for a track, and prints what came as one line of JSON.

The one thing changed in the client is where its carrier is: the two properties below. Everything else - the request it
writes, how it reads the answer - is its own.

    make_label.py SLS_URL SUIVI_URL label REFERENCE DEPOSIT_DATE
    make_label.py SLS_URL SUIVI_URL track PARCEL_NUMBER
"""

import base64
import hashlib
import json
import sys
import time

import karrio.sdk as karrio
from karrio.core.models import Address, Parcel, ShipmentRequest, TrackingRequest
from karrio.mappers.colissimo.settings import Settings


def client(sls_url, suivi_url):
    Settings.server_url = property(lambda self: sls_url)
    Settings.laposte_server_url = property(lambda self: suivi_url)
    return karrio.gateway["colissimo"].create(
        dict(contract_number="900777", password="karrio-test", laposte_api_key="okapi-karrio")
    )


def label(gateway, reference, deposit_date):
    request = ShipmentRequest(
        service="colissimo_home_without_signature",
        shipper=Address(
            company_name="Atelier Garance",
            address_line1="8 rue du Commerce",
            postal_code="69003",
            city="Lyon",
            country_code="FR",
            email="expedition@example.org",
        ),
        recipient=Address(
            person_name="Zoé Lefèvre",
            address_line1="12 rue de l'Église",
            postal_code="75011",
            city="Paris",
            country_code="FR",
            email="client@example.org",
            phone_number="0639980001",
        ),
        parcels=[Parcel(weight=1.2, weight_unit="KG")],
        reference=reference,
        label_type="PDF",
        options={"shipment_date": deposit_date},
    )
    shipment, messages = karrio.Shipment.create(request).from_(gateway).parse()
    held = base64.b64decode(shipment.docs.label) if shipment else b""
    return {
        "tracking_number": shipment.tracking_number if shipment else None,
        "label_sha256": hashlib.sha256(held).hexdigest() if held else None,
        "label_begins": held[:5].decode("latin-1"),
        "messages": told(messages),
    }


def track(gateway, number):
    tracks, messages = karrio.Tracking.fetch(TrackingRequest(tracking_numbers=[number])).from_(gateway).parse()
    return {
        "tracks": [
            {"tracking_number": one.tracking_number, "delivered": one.delivered, "events": [e.code for e in one.events]}
            for one in tracks
        ],
        "messages": told(messages),
    }


def told(messages):
    return [{"code": str(one.code), "message": one.message} for one in messages]


def answers(gateway):
    """The answers as they came, by the client's own trace."""
    return [one.data[one.key] for one in gateway.tracer.records if one.key in ("response", "error")]


def main():
    sls_url, suivi_url, what, *rest = sys.argv[1:]
    gateway = client(sls_url, suivi_url)
    began = time.monotonic()
    said = {"label": label, "track": track}[what](gateway, *rest)
    print(json.dumps(said | {"seconds": time.monotonic() - began, "answers": answers(gateway)}))


if __name__ == "__main__":
    main()
