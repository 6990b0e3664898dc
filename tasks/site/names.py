"""Names and places of people who do not exist, for accounts and instructions; each split has its own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """What people of one split, and the places where they live, are called."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]


def person(chance: random.Random, split: str) -> dict[str, str]:
    """A name and where they live."""
    names = NAMES[split]
    return {
        "full_name": f"{chance.choice(names.first)} {chance.choice(names.last)}",
        "street": f"{chance.randint(1, 180)} {chance.choice(names.streets)}",
        "city": chance.choice(names.cities),
        "postcode": str(chance.randint(10_000, 99_999)),
    }


NAMES: Mapping[str, Names] = {
    "train": Names(
        first=(
            "Anna", "Tomas", "Ines", "Paul", "Mira", "Jonas", "Clara", "Felix", "Noor", "Elif", "Hugo", "Lena",
            "Marta", "Oskar", "Ruth", "Samir", "Tessa", "Viktor", "Wanda", "Yara", "Amos", "Bella", "Carlo", "Dora",
        ),
        last=(
            "Berg", "Lindqvist", "Okafor", "Marsh", "Petrov", "Silva", "Keller", "Novak", "Hayes", "Rossi", "Tanaka",
            "Dubois", "Eriksen", "Fontaine", "Gruber", "Haddad", "Ivanov", "Jensen", "Kowalski", "Larsen", "Moreau",
            "Nolan", "Ortega", "Pratt",
        ),
        streets=(
            "Hill Road", "Quay Street", "Maple Avenue", "Station Lane", "Orchard Way", "Mill Street", "Church Road",
            "Park Drive", "Elm Close", "River Walk", "Harbour View", "Meadow Lane", "Bridge Street", "Garden Row",
            "Tower Hill", "Forest Path",
        ),
        cities=(
            "Elmira", "Brightonville", "Northwick", "Havenport", "Lakeview", "Ashford", "Millbrook", "Stonebridge",
            "Fairmont", "Westbury", "Oakdale", "Rosewood", "Clearwater", "Thornton", "Marlow", "Eastfield",
        ),
    ),
    "validation": Names(
        first=(
            "Agnes", "Bruno", "Celia", "Damian", "Edith", "Fabian", "Gilda", "Harvey", "Ingrid", "Jasper", "Kirsten",
            "Leon", "Monica", "Nils", "Odette", "Pedro", "Rhea", "Stefan", "Thea", "Ulrich",
        ),
        last=(
            "Ashby", "Bellamy", "Corrigan", "Drummond", "Easton", "Falk", "Granger", "Hartley", "Iverson", "Janssen",
            "Kovacs", "Lambert", "Merrick", "Norling", "Osborne", "Pellegrini", "Quayle", "Renner", "Stroud",
            "Thorne",
        ),
        streets=(
            "Abbey Road", "Beacon Street", "Canal Side", "Dovecote Lane", "Ferry Road", "Granary Street",
            "Hawthorn Avenue", "Kiln Lane", "Lantern Court", "Market Square", "North Parade", "Paddock Way",
            "Ropewalk", "Sycamore Drive",
        ),
        cities=(
            "Aldbourne", "Brackenford", "Coldharbour", "Dunmere", "Everleigh", "Fallbrook", "Glenholm", "Hartwell",
            "Inverdale", "Kingsmead", "Longridge", "Netherby", "Plumstead", "Ravensworth",
        ),
    ),
    "test": Names(
        first=(
            "Alistair", "Beatrix", "Cyril", "Delphine", "Emil", "Florence", "Gregor", "Harriet", "Imogen", "Joachim",
            "Karim", "Ludmila", "Magnus", "Nadine", "Otto", "Philippa", "Rafael", "Sabine", "Theodor", "Ursula",
            "Vincent", "Winifred", "Xenia", "Yvonne",
        ),
        last=(
            "Ackroyd", "Bassett", "Cavendish", "Delacroix", "Engstrom", "Fairchild", "Goodwin", "Holloway", "Ingram",
            "Jovanovic", "Kaminski", "Lockwood", "Mansfield", "Nystrom", "Oyelaran", "Pemberton", "Quimby",
            "Rutherford", "Sandoval", "Takahashi", "Underhill", "Vasquez", "Whitlock", "Zimmer",
        ),
        streets=(
            "Acacia Gardens", "Birch Terrace", "Castle Crescent", "Dock Road", "Fountain Square", "Gatehouse Lane",
            "Heather Rise", "Juniper Walk", "Linden Grove", "Monument Street", "Nightingale Way", "Old Coach Road",
            "Priory Close", "Queens Parade", "Saddlers Yard", "Willow Bank",
        ),
        cities=(
            "Amberley", "Briarcliff", "Cedarholt", "Drayton", "Elmhurst", "Foxcombe", "Greystones", "Hollowell",
            "Ironbridge", "Kestleton", "Linwood", "Moorgate", "Newhaven", "Pinehurst", "Seabrook", "Wexcombe",
        ),
    ),
}  # fmt: skip
