"""What the columns of a list of open items are called, in the languages ledgers speak.

A header is compared without case, accents, spaces and punctuation. Where several columns
could be the same field, the word that comes first here wins, then the column further left.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

#: Field -> what a person calls it.
LABELS = {
    "customer": "Customer",
    "customer_number": "Customer Number",
    "kind": "Kind of Document",
    "number": "Number",
    "date": "Invoice Date",
    "due_date": "Due Date",
    "total": "Total",
    "balance": "Open Amount",
    "currency": "Currency",
    "reference": "Reference",
    "key": "Key",
    "link": "Payment Link",
    "email": "E-mail",
    "phone": "Phone",
    "vat": "VAT Number",
    "street": "Street",
    "street2": "Street 2",
    "zip": "Postal Code",
    "city": "City",
    "region": "Region",
    "country": "Country",
}
#: A list that can be read as it is: header -> example.
TEMPLATE = {
    "Customer Number": "10042",
    "Customer": "Cedar Bakery",
    "Number": "INV-2026-0117",
    "Invoice Date": "2026-01-17",
    "Due Date": "2026-02-16",
    "Total": "1190.00",
    "Open Amount": "690.00",
    "Currency": "EUR",
    "Reference": "PO 7781",
    "E-mail": "accounts@cedar.example",
    "VAT Number": "",
    "Street": "",
    "Postal Code": "",
    "City": "",
    "Country": "",
}
DATES = ("date", "due_date")
AMOUNTS = ("total", "balance")
#: Of these groups at least one field is needed.
NEEDED = (("customer", "customer_number"), ("number",), ("due_date",), ("balance", "total"))
#: Field -> the words it is known by, each written as `plain` leaves them.
WORDS = {
    "customer": (
        "customername clientname debtorname customer client debtor contactname contact partner"
        " accountname companyname company buyer name billto"
        " kunde kundenname debitor debitorname kundenbezeichnung firma name1"
        " nomclient raisonsociale nomducient cliente nombrecliente nombredelcliente razonsocial"
        " ragionesociale nomecliente nomedocliente klant klantnaam debiteur debiteurnaam"
        " kontrahent nazwakontrahenta klient nabywca klientas pirkejas pavadinimas"
        " denumireclient musteri musteriadi cariunvan unvan kund kundnamn kundenavn asiakas"
    ),
    "customer_number": (
        "customernumber customerno customerid customercode custnumber custno clientnumber clientno"
        " clientid clientcode accountnumber accountno accountcode accountref debtorcode debtorno"
        " debtorid partnerid cust account kundennummer kundennr kdnr debitorennummer debitornr"
        " debitorennr personenkonto konto numeroclient codeclient noclient compteclient"
        " codigocliente numerocliente idcliente codicecliente codcliente codigodecliente"
        " klantnummer klantnr klantcode debiteurnummer debiteurennummer numerkontrahenta"
        " kodkontrahenta klientokodas codclient carikodu musterino musterikodu kundnummer kundnr"
    ),
    "kind": (
        "documenttype doctype invoicetype transactiontype transtype type kind belegart dokumentart"
        " typededocument typedocument typepiece tipodocumento tipodedocumento tipo"
        " tipodocumentofiscal documentsoort soort typdokumentu rodzajdokumentu dokumentotipas"
        " tipdocument belgeturu evraktipi dokumenttyp"
    ),
    "number": (
        "invoicenumber invoiceno invoicenr invoiceid invoiceref documentnumber documentno docnumber"
        " docno numberofinvoice billnumber transactionnumber number invoice document no num nr"
        " rechnungsnummer rechnungsnr rechnungnr renr belegnummer belegnr beleg"
        " rechnung numerofacture numerodefacture nofacture nfacture facture piece numeropiece"
        " numerofactura numerodefactura nfactura factura numerofattura nfattura fattura"
        " numerodocumento numerofatura numerodafatura fatura factuurnummer factuurnr factuur"
        " numerfaktury nrfaktury faktura numerdokumentu saskaitosnumeris saskaitosnr saskaita"
        " nrfactura numarfactura faturano faturanumarasi belgeno evrakno fakturanummer fakturanr"
        " laskunnumero reference ref"
    ),
    "date": (
        "invoicedate documentdate docdate dateofinvoice issuedate dateissued issued postingdate"
        " billingdate transactiondate created date rechnungsdatum belegdatum buchungsdatum datum"
        " datefacture datedefacture datedemission datepiece fechafactura fechadefactura"
        " fechaemision fechadeemision fecha datafattura datadocumento dataemissione data"
        " datadafatura datadeemissao dataemissao factuurdatum datafaktury datawystawienia"
        " saskaitosdata israsymodata datafacturii datafactura faturatarihi belgetarihi tarih"
        " fakturadatum fakturadato laskunpaiva"
    ),
    "due_date": (
        "duedate datedue datedue due dueon paymentdue duein maturity maturitydate paymentduedate"
        " netduedate dueindate falligkeit falligkeitsdatum falligam fallig zahlbarbis"
        " nettofalligkeit echeance datedecheance dateecheance"
        " fechavencimiento fechadevencimiento vencimiento vence"
        " scadenza datascadenza datadiscadenza vencimento datadevencimento datavencimento"
        " vervaldatum vervaldag uiterstebetaaldatum terminplatnosci datawymagalnosci"
        " apmoketiiki mokejimoterminas scadenta datascadenta vadetarihi vade odemetarihi"
        " forfallodatum forfallodag forfaldsdato forfallsdato erapaiva"
    ),
    "total": (
        "invoiceamount invoicetotal totalamount amounttotal grossamount grosstotal originalamount"
        " documentamount documenttotal originalvalue total amount gross value betrag"
        " rechnungsbetrag bruttobetrag brutto gesamtbetrag ursprungsbetrag montant montantttc"
        " montanttotal totalttc importe importetotal importefactura montofactura importo"
        " importototale totalefattura totaledocumento valor valortotal valordafatura bedrag"
        " factuurbedrag totaalbedrag kwota kwotabrutto wartoscbrutto suma valoare valoaretotala"
        " tutar faturatutari toplam belopp fakturabelopp belob fakturabelob summa"
    ),
    "balance": (
        "openamount amountopen openbalance outstandingamount amountoutstanding outstanding"
        " outstandingbalance balancedue amountdue remaining remainingamount amountremaining"
        " unpaid unpaidamount totalopenamount residual dueamount amountresidual open balance"
        " offenerbetrag offen offenerposten restbetrag saldo op soldedu restedu resteapayer"
        " montantdu solde pendiente importependiente saldopendiente residuo importoresiduo"
        " daincassare saldodevedor emaberto valoremaberto valorpendente openstaand"
        " openstaandbedrag openstaandsaldo pozostalo dozaplaty nierozliczone skola likutis"
        " moketinasuma sold restdeplata rest kalan kalantutar bakiye acikbakiye restbelopp"
        " restbelob saldokvar avoinsumma"
    ),
    "currency": (
        "currency currencycode invoicecurrency ccy cur curr wahrung wahrungscode wkz whg devise"
        " monnaie moneda divisa valuta moeda waluta valiuta para parabirimi doviz valutta"
    ),
    "reference": (
        "customerreference customerref yourreference yourref ponumber purchaseorder ordernumber"
        " reference ref memo description referenz ihrereferenz bestellnummer kundenreferenz"
        " referencia riferimento referentie referencja nuoroda referinta referans referens"
    ),
    "key": "externalid recordid uniqueid guid uuid key schlussel identifier id",
    "link": "paymentlink paylink payurl paymenturl onlineinvoice zahlungslink lienpaiement link",
    "email": (
        "email emailaddress mail invoiceemail billingemail contactemail emailadresse mailadresse"
        " courriel adressemail correo correoelectronico correio epasto elpastas eposta epost"
        " sahkoposti"
    ),
    "phone": (
        "phone phonenumber telephone tel telefon telefonnummer telephonenumber mobile telefono"
        " telefone telefoon telefoonnummer telefonas telefonszam puhelin"
    ),
    "vat": (
        "vatnumber vatno vatid vat taxid taxnumber ustid ustidnr ustidnummer umsatzsteuerid"
        " numerotva ntva tva nif cif partitaiva piva nipc btwnummer btw nip pvmkodas cui"
        " verginumarasi vergino momsnummer cvr alvnumero"
    ),
    "street": (
        "street address address1 addressline1 street1 strasse adresse adresse1 anschrift rue"
        " direccion calle indirizzo via morada endereco adres straat ulica adresas adresa gata"
    ),
    "street2": "street2 address2 addressline2 adresse2 adresszusatz complement complemento",
    "zip": (
        "zip zipcode postalcode postcode plz postleitzahl codepostal codigopostal cap cep"
        " kodpocztowy pastokodas codpostal postakodu postnummer postnr"
    ),
    "city": (
        "city town ort stadt ville ciudad poblacion citta localita localidade cidade plaats"
        " woonplaats miasto miestas oras sehir stad kaupunki"
    ),
    "region": "region state province county bundesland kanton departement provincia estado",
    "country": (
        "country countrycode land landercode pays pais paese nazione kraj salis tara ulke maa"
    ),
}
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def plain(text: str) -> str:
    """Return a header without case, accents, spaces and punctuation."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.sub(r"[\W_]+", "", "".join(c for c in bare if not unicodedata.combining(c)))


_RANKS = {
    field: {word: rank for rank, word in reversed(list(enumerate(map(plain, words.split()))))}
    for field, words in WORDS.items()
}
_NEEDED = frozenset(field for fields in NEEDED for field in fields)
_KNOWN = frozenset(word for ranks in _RANKS.values() for word in ranks)


def is_known(header: str) -> bool:
    """Whether a header is a word for some field."""
    return plain(header) in _KNOWN


def find_columns(
    headers: Sequence[str], remembered: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return which column holds which field.

    :param remembered: header -> field, "" for none, as a person chose it before
    """
    names = [plain(header) for header in headers]
    chosen = {plain(header): field for header, field in (remembered or {}).items()}
    columns = {}
    for index, name in enumerate(names):
        if chosen.get(name) in LABELS:
            columns.setdefault(chosen[name], index)
    taken = {index for index, name in enumerate(names) if name in chosen}
    offers = sorted(
        (field not in _NEEDED, rank, index, field)
        for field, ranks in _RANKS.items()
        for index, name in enumerate(names)
        if (rank := ranks.get(name)) is not None and index not in taken
    )
    for _optional, _rank, index, field in offers:
        if field not in columns and index not in columns.values():
            columns[field] = index
    return columns


def missing(columns: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the groups of fields of which none has a column."""
    return [fields for fields in NEEDED if not any(field in columns for field in fields)]
