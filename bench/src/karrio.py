"""Labels per second that Karrio's Colissimo client gets from the server at argv[1], over argv[2] labels."""

import sys
import time

import karrio.sdk as karrio
from karrio.core.models import Address, Parcel, ShipmentRequest
from karrio.providers.colissimo import utils

BASE, COUNT = sys.argv[1], int(sys.argv[2])
utils.Settings.server_url = property(lambda self: BASE + "/sls-ws/SlsServiceWSRest/2.0")

gateway = karrio.gateway["colissimo"].create(
    dict(password="simulated", contract_number="964744", laposte_api_key="okapi")
)
HOME = dict(
    address_line1="12 rue des Lilas",
    city="Clermont-Ferrand",
    postal_code="63000",
    country_code="FR",
    person_name="Destinataire",
    company_name="Atelier",
)


def label(number):
    request = ShipmentRequest(
        service="colissimo_home_without_signature",
        shipper=Address(**HOME),
        recipient=Address(**HOME),
        parcels=[Parcel(weight=0.75, weight_unit="KG")],
        options=dict(shipment_date="2099-01-04"),
        reference=f"B-{number}",
        label_type="PDF",
    )
    shipment, messages = karrio.Shipment.create(request).from_(gateway).parse()
    if shipment is None:
        raise SystemExit(f"no label: {messages}")


label(0)
began = time.perf_counter()
for number in range(1, COUNT + 1):
    label(number)
print(COUNT / (time.perf_counter() - began))
