"""The customers of the demo firm: who they are and how they pay."""

from typing import NamedTuple

#: Countries with the currency they are invoiced in, the language and the phone prefix.
COUNTRIES = {
    "US": ("USD", "en_US", "+1 555"),
    "DE": ("EUR", "de_DE", "+49 30"),
    "GB": ("GBP", "en_GB", "+44 20"),
    "TR": ("EUR", "tr_TR", "+90 212"),
    "PT": ("EUR", "pt_PT", "+351 21"),
    "RO": ("EUR", "ro_RO", "+40 21"),
    "LT": ("EUR", "lt_LT", "+370 5"),
}
#: Languages that the module speaks beside English.
TRANSLATED = ("lt_LT", "pt_PT", "ro_RO", "tr_TR")
#: Modules whose words a debtor reads on its page.
READ = ("portal", "payment", "resource", "collections_addon")


class Customer(NamedTuple):
    """One customer of the demo firm.

    :param habit: key of `habits.HABITS`
    :param amount: usual size of an invoice, in its currency
    :param marks: what is particular: `no_email`, `invoice_contact`, `bounces`, `firm`,
        `new`, `usd`, `unallocated`, `legal`, `autopay`, or a key of `events.CALENDAR`
    """

    name: str
    country: str
    city: str
    habit: str
    amount: int
    marks: tuple[str, ...] = ()


CUSTOMERS = (
    # United States
    Customer("Alder & Finch Interiors", "US", "Boston", "prompt", 2400),
    Customer("Bluestem Veterinary Group", "US", "Chicago", "prompt", 1800, ("invoice_contact",)),
    Customer("Cobalt Ridge Outfitters", "US", "Denver", "slow", 3200, ("announces", "texts")),
    Customer("Dunmore Machine Works", "US", "Cleveland", "late", 7400, ("firm", "no_more_mail")),
    Customer("Eastgate Dental Partners", "US", "New York", "prompt", 1250, ("autopay",)),
    Customer("Fairhaven Marine Supply", "US", "Portland", "seasonal", 4100),
    Customer("Granite State Catering", "US", "Manchester", "partial", 1900, ("plan_proposed",)),
    Customer("Harlow Brothers Roofing", "US", "Atlanta", "trouble", 5600, ("firm", "legal")),
    Customer("Ironwood Print House", "US", "Pittsburgh", "prompt", 980),
    Customer("Juniper Street Bakery", "US", "Philadelphia", "slow", 640, ("no_email",)),
    Customer(
        "Keystone Freight Brokers", "US", "Harrisburg", "late", 8800, ("invoice_contact", "promise")
    ),
    Customer("Lakeshore Pediatrics", "US", "Milwaukee", "prompt", 1500),
    Customer("Meridian Data Cabling", "US", "Austin", "installments", 12600),
    Customer("Northfield Farm Equipment", "US", "Minneapolis", "seasonal", 9400, ("refund",)),
    Customer("Old Harbor Brewing Company", "US", "Baltimore", "disputer", 3600, ("dispute",)),
    Customer("Pinecrest Senior Living", "US", "Nashville", "prompt", 2750),
    Customer("Quarry Hill Landscaping", "US", "St. Louis", "slow", 2100, ("bounces",)),
    Customer("Redbud Events", "US", "Charlotte", "partial", 1400, ("new",)),
    Customer("Silver Lantern Films", "US", "Los Angeles", "late", 5200, ("firm", "complains")),
    Customer("Tidewater Legal Services", "US", "Norfolk", "prompt", 3900, ("unallocated",)),
    # Germany
    Customer("Ahrens Metallbau GmbH", "DE", "Hamburg", "prompt", 5100),
    Customer("Bäckerei Löwenstein KG", "DE", "Freiburg", "slow", 760, ("no_email",)),
    Customer("Elbe Logistik GmbH & Co. KG", "DE", "Dresden", "prompt", 7900, ("invoice_contact",)),
    Customer(
        "Kommunale Versorgungs-, Entsorgungs- und Wirtschaftsbetriebe der "
        "Verbandsgemeinde Oberes Werratal Anstalt des öffentlichen Rechts",
        "DE",
        "Meiningen",
        "slow",
        6700,
        ("invoice_contact",),
    ),
    Customer("Lindner Anlagentechnik GmbH", "DE", "Nürnberg", "installments", 15800),
    Customer("Messebau Rheingold", "DE", "Köln", "trouble", 6200, ("firm", "breaks", "plan")),
    Customer("Orgelbau Petersen", "DE", "Flensburg", "disputer", 4800, ("dispute", "invoice_hold")),
    Customer("Praxis Dr. Vogelsang", "DE", "Berlin", "prompt", 1350),
    Customer("Reinhardt Verpackungen AG", "DE", "Mannheim", "prompt", 9200, ("unallocated",)),
    # United Kingdom
    Customer("Ashdown Textiles Ltd", "GB", "Leeds", "prompt", 2900),
    Customer("Brackenbury Estates", "GB", "London", "slow", 3700, ("invoice_contact",)),
    Customer("Copperfield Books", "GB", "Bath", "prompt", 560),
    Customer("Dovecote Nurseries", "GB", "York", "seasonal", 1450),
    Customer("Ellis & Thorne Solicitors", "GB", "Manchester", "prompt", 2300),
    Customer("Foxglove Skincare", "GB", "Brighton", "late", 1750, ("bounces", "firm")),
    Customer(
        "Glenmorran Distillery", "GB", "Inverness", "slow", 6100, ("dissatisfied", "asks_call")
    ),
    Customer("Hartwell Scaffolding", "GB", "Bristol", "trouble", 4400, ("firm", "plan_missed")),
    Customer("Islington Cycle Hub", "GB", "London", "partial", 980, ("new",)),
    Customer("Kestrel Aerospace Components", "GB", "Derby", "installments", 18500),
    Customer("Lowther Dairy", "GB", "Carlisle", "prompt", 1650),
    Customer("Moorgate Analytics", "GB", "London", "prompt", 5400),
    Customer("مؤسسة النور للتجارة العامة", "GB", "London", "slow", 3150),
    Customer("Pembroke Stage Hire", "GB", "Cardiff", "disputer", 2650, ("dispute",)),
    # Türkiye
    Customer("Anadolu Makine Sanayi A.Ş.", "TR", "Ankara", "late", 8300, ("usd", "promise")),
    Customer("Boğaziçi Lojistik Ltd. Şti.", "TR", "İstanbul", "slow", 5700, ("satisfied",)),
    Customer("Çınar Mobilya", "TR", "Bursa", "prompt", 2450),
    Customer("Ege Zeytincilik", "TR", "İzmir", "installments", 7600),
    Customer("Güneş Enerji Sistemleri", "TR", "Antalya", "slow", 9800, ("invoice_contact",)),
    Customer("Karadeniz Fındık Kooperatifi", "TR", "Giresun", "prompt", 6400, ("usd", "refund")),
    Customer("Marmara Tekstil", "TR", "İstanbul", "late", 4900, ("no_email", "promise")),
    Customer("Şirin Oyuncak", "TR", "Konya", "prompt", 1300, ("new",)),
    # Portugal
    Customer("Hotel Ria Formosa", "PT", "Faro", "slow", 2950, ("refund",)),
    Customer("Livraria Saudade Lda.", "PT", "Lisboa", "prompt", 890),
    Customer("Quinta do Mondego", "PT", "Coimbra", "seasonal", 1850),
    # Romania
    Customer("Atelier Dacia Proiect SRL", "RO", "Timișoara", "prompt", 4300),
    Customer("Brutăria Măgura SRL", "RO", "Cluj-Napoca", "partial", 1150),
    Customer("Tipografia Carpați SA", "RO", "Brașov", "late", 3300, ("promise",)),
    # Lithuania
    Customer("Baldų meistrai UAB", "LT", "Klaipėda", "late", 2200, ("hold",)),
    Customer("Dviračių dirbtuvės Nemunas", "LT", "Kaunas", "seasonal", 2600),
    Customer("Kavinė Senasis Malūnas", "LT", "Vilnius", "prompt", 420),
)

#: What the firm sells.
SERVICES = (
    "Maintenance contract",
    "Spare parts",
    "On-site service",
    "Annual inspection",
    "Installation work",
    "Consumables",
    "Training day",
    "Software subscription",
)
