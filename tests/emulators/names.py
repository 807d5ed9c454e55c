"""Made-up customers and amounts, the same ones for the same seed."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

FIRST = "Amber Birch Cedar Delta Ember Falcon Grove Harbor Iris Juniper Kite Lumen Maple".split()
SECOND = "Bakery Cycles Dental Foods Freight Garage Glass Optics Printing Studio Timber".split()
FORMS = {"USD": "Inc", "EUR": "GmbH", "GBP": "Ltd", "AUD": "Pty Ltd", "NZD": "Ltd", "JPY": "KK"}
PLACES = {
    "USD": ("Springfield", "IL", "62701", "USA"),
    "EUR": ("Lübeck", "", "23552", "Germany"),
    "GBP": ("York", "", "YO1 7HH", "United Kingdom"),
    "AUD": ("Geelong", "VIC", "3220", "Australia"),
    "NZD": ("Nelson", "", "7010", "New Zealand"),
    "JPY": ("Nagoya", "", "450-0002", "Japan"),
}
# Units of the currency for one unit of another: enough for tests, no one's real rate.
RATES = {"USD": "1", "EUR": "0.92", "GBP": "0.79", "AUD": "1.52", "NZD": "1.66", "JPY": "151.37"}


@dataclass
class Person:
    """A customer to be."""

    name: str
    email: str
    phone: str
    currency: str
    city: str
    region: str
    zip: str
    country: str


@dataclass
class Bill:
    """An invoice to be; what is paid of it is a share from 0 to 1."""

    customer: int
    date: date
    due: date
    prices: list
    fate: str
    share: Decimal


# How many of a hundred invoices end how.
FATES = (
    ("open", 38),
    ("paid", 30),
    ("partly", 12),
    ("credited", 6),
    ("mixed", 5),
    ("overpaid", 4),
    ("voided", 3),
    ("draft", 2),
)


def digits(currency):
    """Return the smallest amount of a currency."""
    return Decimal("1") if currency == "JPY" else Decimal("0.01")


def rate(currency, base):
    """Return how many units of `currency` one unit of `base` buys, to six places."""
    return (Decimal(RATES[currency]) / Decimal(RATES[base])).quantize(Decimal("0.000001"))


def people(seed, count, currencies):
    """Yield made-up customers.

    :rtype: Iterator[Person]
    """
    dice = random.Random(f"people {seed}")
    for number in range(1, count + 1):
        currency = dice.choice(currencies)
        word = dice.choice(FIRST)
        city, region, postcode, country = PLACES[currency]
        yield Person(
            name=f"{word} {dice.choice(SECOND)} {number} {FORMS[currency]}",
            email=f"accounts{number}@{word.lower()}{number}.example",
            phone=f"555-{number % 10000:04d}",
            currency=currency,
            city=city,
            region=region,
            zip=postcode,
            country=country,
        )


def bills(seed, count, customers, today):
    """Yield made-up invoices of the last 150 days, oldest first.

    :rtype: Iterator[Bill]
    """
    dice = random.Random(f"bills {seed}")
    fates = [name for name, weight in FATES for _each in range(weight)]
    for age in sorted((dice.randrange(150) for _each in range(count)), reverse=True):
        made = today - timedelta(days=age)
        yield Bill(
            customer=dice.randrange(customers),
            date=made,
            due=made + timedelta(days=dice.choice((0, 14, 30, 30, 30, 60))),
            prices=[
                Decimal(dice.randrange(500, 250_000)) / 100
                for _n in range(dice.choice((1, 1, 2, 3)))
            ],
            fate=dice.choice(fates),
            share=Decimal(dice.randrange(10, 90)) / 100,
        )
