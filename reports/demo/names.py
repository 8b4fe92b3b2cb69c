"""Invented people, companies and places for the demo. Every address is under demo.example."""

import random
import unicodedata

DOMAIN = "demo.example"

FIRST_NAMES = (
    "Anna Astrid Aino Bente Birgit Camilla Carl Clara Daniel Ditte Eero Elin Emil Emma Erik Eva "
    "Frida Frode Greta Gustav Hanna Hans Helle Henrik Ida Ingrid Iris Jakob Jonas Johanna Julia Kari "
    "Karl Katrine Kim Klaus Lars Laura Lea Linus Lotte Maja Malin Maria Mads Marko Mette Mikael "
    "Milan Nadia Niels Noor Olav Oskar Paula Per Petra Pia Rasmus Rikke Sara Selma Signe Simon Sofie "
    "Stine Sven Tarik Thea Tobias Tuva Ulla Vera Viggo Yasmin"
).split()
LAST_NAMES = (
    "Aalto Andersen Bakke Bech Berg Björk Brandt Bruun Carlsen Dahl Danielsen Ek Eriksen Falk "
    "Fischer Fjord Friis Gram Hagen Halonen Hansen Haugen Hedlund Holm Horvat Iversen Jensen "
    "Johansson Karlsen Keller Kjær Koch Korhonen Krogh Laakso Larsen Lind Lund Madsen Meyer Møller "
    "Moen Nielsen Nilsson Nyström Olsen Ostergaard Petersen Poulsen Rask Riis Ruud Sand Schmidt "
    "Sjöberg Skov Solberg Storm Strand Sundin Thomsen Toft Vang Vestergaard Virtanen Weber Wiik "
    "Winther Åkesson Øster"
).split()
COMPANY_HEADS = (
    "Nordkyst Sava Rhein Lund Tampere Klint Vester Baltic Fjell Arctic Havn Kattegat Bryggeri "
    "Oresund Birk Silva Norra Polar Vinge Delta Sund Ask Elv Furu Stal Granit Linje Nord Bølge "
    "Skagen Varde Ystad Turku Malmø Bergen Aarhus"
).split()
COMPANY_TAILS = (
    "Logistik|Instruments|Robotics|& Vik|Foods|Arkitekter|Media|Spedition|Energi|Marine|Textil|"
    "Pharma|Software|Bygg|Teknik|Papir|Møbler|Data|Transport|Optik|Medical|Finans|Handel|Maskin"
).split("|")
JOB_TITLES = (
    "Head of Logistics|Operations Manager|Fleet Planner|Managing Director|IT Manager|Buyer|"
    "Head of Operations|Transport Manager|Controller|Project Manager|Chief Operating Officer|Student"
).split("|")
COUNTRIES = ("Denmark", "Sweden", "Norway", "Finland", "Germany")
COUNTRY_WEIGHTS = (40, 22, 16, 12, 10)
DIAL = {"Denmark": "+45", "Sweden": "+46", "Norway": "+47", "Finland": "+358", "Germany": "+49"}


SPELLED = {ord(letter): letters for letter, letters in (("ø", "o"), ("æ", "ae"), ("å", "a"), ("ß", "ss"))}


def plain(text: str) -> str:
    """`text` in lower-case ASCII letters, for an e-mail address."""
    spelled = text.lower().translate(SPELLED)
    folded = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum())


def person(chance: random.Random, number: int) -> dict[str, str]:
    """The attributes of one invented person; `number` keeps e-mail addresses apart."""
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    country = chance.choices(COUNTRIES, COUNTRY_WEIGHTS)[0]
    return {
        "first_name": first,
        "last_name": last,
        "company": f"{chance.choice(COMPANY_HEADS)} {chance.choice(COMPANY_TAILS)}",
        "job_title": chance.choice(JOB_TITLES),
        "country": country,
        "email": f"{plain(first)}.{plain(last)}.{number}@{DOMAIN}",
        "phone": f"{DIAL[country]} {chance.randrange(20, 99)} {chance.randrange(10, 99)} "
        f"{chance.randrange(10, 99)} {chance.randrange(10, 99)}",
        "external_id": f"D-{number:05d}",
    }
