"""Names and values for the made-up news of parties.py."""

from __future__ import annotations

import random
from collections.abc import Callable

# country, adjective, capital
COUNTRIES = [
    tuple(entry.split("/"))
    for entry in (
        "Albania/Albanian/Tirana,Algeria/Algerian/Algiers,Angola/Angolan/Luanda,Argentina/Argentine/Buenos Aires,"
        "Armenia/Armenian/Yerevan,Australia/Australian/Canberra,Austria/Austrian/Vienna,Azerbaijan/Azerbaijani/Baku,"
        "Belarus/Belarusian/Minsk,Belgium/Belgian/Brussels,Bolivia/Bolivian/La Paz,Brazil/Brazilian/Brasília,"
        "Bulgaria/Bulgarian/Sofia,Canada/Canadian/Ottawa,Chile/Chilean/Santiago,China/Chinese/Beijing,"
        "Colombia/Colombian/Bogotá,Croatia/Croatian/Zagreb,Cuba/Cuban/Havana,Denmark/Danish/Copenhagen,"
        "Ecuador/Ecuadorian/Quito,Egypt/Egyptian/Cairo,Estonia/Estonian/Tallinn,Ethiopia/Ethiopian/Addis Ababa,"
        "Finland/Finnish/Helsinki,France/French/Paris,Georgia/Georgian/Tbilisi,Germany/German/Berlin,"
        "Ghana/Ghanaian/Accra,Greece/Greek/Athens,Hungary/Hungarian/Budapest,India/Indian/New Delhi,"
        "Indonesia/Indonesian/Jakarta,Iran/Iranian/Tehran,Iraq/Iraqi/Baghdad,Ireland/Irish/Dublin,"
        "Israel/Israeli/Jerusalem,Italy/Italian/Rome,Japan/Japanese/Tokyo,Jordan/Jordanian/Amman,"
        "Kazakhstan/Kazakh/Astana,Kenya/Kenyan/Nairobi,Kosovo/Kosovar/Pristina,Latvia/Latvian/Riga,"
        "Lebanon/Lebanese/Beirut,Libya/Libyan/Tripoli,Lithuania/Lithuanian/Vilnius,Malaysia/Malaysian/Kuala Lumpur,"
        "Mexico/Mexican/Mexico City,Moldova/Moldovan/Chisinau,Mongolia/Mongolian/Ulaanbaatar,Morocco/Moroccan/Rabat,"
        "Nepal/Nepalese/Kathmandu,Nigeria/Nigerian/Abuja,Norway/Norwegian/Oslo,Pakistan/Pakistani/Islamabad,"
        "Peru/Peruvian/Lima,Poland/Polish/Warsaw,Portugal/Portuguese/Lisbon,Qatar/Qatari/Doha,"
        "Romania/Romanian/Bucharest,Russia/Russian/Moscow,Rwanda/Rwandan/Kigali,Serbia/Serbian/Belgrade,"
        "Slovakia/Slovak/Bratislava,Slovenia/Slovenian/Ljubljana,Somalia/Somali/Mogadishu,Spain/Spanish/Madrid,"
        "Sudan/Sudanese/Khartoum,Sweden/Swedish/Stockholm,Switzerland/Swiss/Bern,Syria/Syrian/Damascus,"
        "Thailand/Thai/Bangkok,Tunisia/Tunisian/Tunis,Turkey/Turkish/Ankara,Uganda/Ugandan/Kampala,"
        "Ukraine/Ukrainian/Kyiv,Uzbekistan/Uzbek/Tashkent,Venezuela/Venezuelan/Caracas,Vietnam/Vietnamese/Hanoi,"
        "Yemen/Yemeni/Sanaa,Zambia/Zambian/Lusaka"
    ).split(",")
]
CITIES = (
    "Geneva,Istanbul,Antalya,Antwerp,Porto,Seville,Hamburg,Munich,Leipzig,Lyon,Marseille,Bordeaux,Turin,Naples,Palermo,"
    "Kraków,Gdańsk,Brno,Graz,Salzburg,Zürich,Basel,Malmö,Gothenburg,Bergen,Tampere,Turku,Tartu,Kaunas,Lviv,Odesa,"
    "Izmir,Bursa,Aleppo,Basra,Isfahan,Shiraz,Karachi,Lahore,Mumbai,Chennai,Kolkata,Pune,Dhaka,Colombo,Yangon,Mandalay,"
    "Surabaya,Cebu,Busan,Osaka,Nagoya,Sapporo,Fukuoka,Shanghai,Chengdu,Wuhan,Xi'an,Vladivostok,Samarkand,Almaty,"
    "Alexandria,Casablanca,Fez,Dakar,Lagos,Kano,Kumasi,Mombasa,Durban,Cape Town,Johannesburg,Recife,Salvador,Curitiba,"
    "Córdoba,Rosario,Valparaíso,Cusco,Medellín,Cali,Guadalajara,Monterrey,Toronto,Vancouver,Montreal,Calgary,Boston,"
    "Chicago,Denver,Seattle,Portland,Houston,Dallas,Atlanta,Detroit,Baltimore,Brisbane,Perth,Adelaide,Auckland,Leeds,"
    "Liverpool,Glasgow,Bristol,Cardiff,Belfast,Cork,Galway"
).split(",")
_GIVEN = (
    "Anna,Maria,Elena,Sofia,Ingrid,Astrid,Karin,Leila,Fatima,Aisha,Noor,Yasmin,Priya,Anjali,Mei,Yuki,Hana,Linh,Chloe,"
    "Claire,Isabel,Lucía,Carmen,Teresa,Marta,Olga,Natalia,Irina,Daria,Katarina,Agnes,Ruth,Grace,Amina,Zainab,Helen,"
    "Judith,Laura,Emily,Nora,Ivan,Dmitri,Sergei,Oleg,Andrei,Pavel,Viktor,Mikhail,Jan,Piotr,Tomas,Marek,Lukas,Stefan,"
    "Karl,Hans,Jürgen,Erik,Lars,Mikko,Pierre,Luc,Antoine,Marco,Paolo,Giorgio,Carlos,Diego,Javier,Miguel,Pedro,João,"
    "Rui,Omar,Hassan,Ali,Yusuf,Mehmet,Kemal,Reza,Arjun,Rahul,Vikram,Wei,Jun,Kenji,Hiroshi,Minh,Kwame,Kofi,Chidi,Tunde,"
    "Samuel,David,Daniel,Peter,James,Robert,Thomas,George,William,Patrick,Sean,Liam"
).split(",")
_FAMILY = (
    "Novak,Horvat,Kovač,Petrov,Ivanova,Sokolov,Morozov,Lebedev,Kravchenko,Shevchuk,Bondar,Tkachenko,Kowalski,Nowak,"
    "Wójcik,Svoboda,Dvořák,Nagy,Szabó,Tóth,Popescu,Ionescu,Dimitrov,Georgiev,Papadopoulos,Nikolaidis,Yılmaz,Demir,"
    "Kaya,Şahin,Haddad,Khoury,Mansour,Rahman,Hosseini,Karimi,Sharma,Gupta,Patel,Iyer,Banerjee,Khan,Malik,Perera,"
    "Nguyen,Tran,Pham,Suharto,Santos,Reyes,Kim,Park,Choi,Tanaka,Sato,Watanabe,Wang,Zhang,Chen,Liu,Abebe,Tesfaye,"
    "Okafor,Adeyemi,Mensah,Owusu,Diallo,Traoré,Ndiaye,Mwangi,Otieno,Moyo,Dlamini,Botha,Almeida,Ferreira,Costa,Silva,"
    "García,Fernández,Morales,Herrera,Castillo,Rojas,Vargas,Rossi,Bianchi,Ricci,Moretti,Dubois,Lefebvre,Moreau,Girard,"
    "Müller,Schneider,Becker,Hoffmann,Wagner,Huber,Keller,Jansen,De Vries,Peeters,Lindqvist,Johansson,Nilsen,Hansen,"
    "Virtanen,Korhonen,Tamm,Bērziņš,Murphy,O'Brien,Campbell,Stewart,Hughes,Bennett,Clarke,Walker,Mitchell,Turner"
).split(",")
_FIRMS = (
    "Nor,Alta,Vero,Sola,Kest,Brav,Lumo,Tero,Quin,Mira,Zeno,Fara,Dol,Hexa,Orbi,Pola,Ruma,Silv,Tava,Ulti,Vanta,Wexa",
    "dex,lin,ra,tech,via,com,gen,core,plex,ton,dyne,mar,soft,line,bank,ware,nova,chem,flow,med",
)
_MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(",")
LISTS = {
    "portfolio": "foreign,defence,finance,health,interior,justice,trade,energy,education,transport".split(","),
    "ordinal": "first,second,third,fourth,fifth,sixth,previous,latest".split(","),
    "field": "physics,chemistry,literature,medicine,economics,music,film,history,architecture,photography".split(","),
    "building": "museum,library,airport,bridge,stadium,opera house,station,hospital,university,theatre".split(","),
    "team": "Rovers,United,City,Wanderers,Athletic,Rangers,Dynamo,Sparta,Victoria,Olympia".split(","),
    "topic": "the ceasefire,the treaty,the water agreement,the trade deal,the border plan,the fund,the rescue plan,"
    "the fishing accord,the prisoner exchange,the railway project,the climate pact,the flood relief".split(","),
}


def draw(kind: str, chance: random.Random) -> str:
    """A value of the kind that a slot's name begins with; a country comes as its English name."""
    return _DRAWN[kind](chance) if kind in _DRAWN else chance.choice(LISTS[kind])


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"


def _date(chance: random.Random) -> str:
    day = f"{chance.randint(1, 28)} {chance.choice(_MONTHS)}"
    return day if chance.random() < 0.6 else f"{day} {chance.randint(1990, 2025)}"


def _percent(chance: random.Random) -> str:
    number = f"{chance.randint(2, 69)}{chance.choice(['', f'.{chance.randint(1, 9)}'])}"
    return f"{number} {chance.choice(['percent', 'per cent'])}"


def _score(chance: random.Random) -> str:
    high = chance.randint(1, 5)
    return f"{high}-{chance.randint(0, high - 1)}"


def _money(chance: random.Random) -> str:
    number = chance.choice([str(chance.randint(2, 990)), f"{chance.randint(1, 20)}.{chance.randint(1, 9)}"])
    return chance.choice(
        ["${} million", "€{} million", "${} billion", "{} million euros", "{} million dollars"]
    ).format(number)


def _count(chance: random.Random) -> str:
    words = "four five six seven eight nine eleven twelve fourteen fifteen eighteen twenty thirty forty sixty".split()
    return chance.choice(
        [chance.choice(words), str(chance.randint(13, 990)), f"{chance.randint(1, 40)},{chance.randint(100, 999)}"]
    )


def forms(country: str) -> tuple[str, str]:
    """The adjective and the capital of a country."""
    return next((adjective, capital) for name, adjective, capital in COUNTRIES if name == country)


_DRAWN: dict[str, Callable[[random.Random], str]] = {
    "country": lambda chance: chance.choice(COUNTRIES)[0],
    "city": lambda chance: chance.choice(CITIES),
    "person": _person,
    "company": lambda chance: "".join(chance.choice(part.split(",")) for part in _FIRMS),
    "team": lambda chance: f"{chance.choice(CITIES)} {chance.choice(LISTS['team'])}",
    "date": _date,
    "year": lambda chance: str(chance.randint(1840, 2024)),
    "money": _money,
    "percent": _percent,
    "count": _count,
    "score": _score,
}
