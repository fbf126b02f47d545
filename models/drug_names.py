"""Brand names, code names and regimens of drugs, so that a protocol need only name the drug.

Public knowledge: labels, trial registries and the regimen names of published trials. `d` is dexamethasone
in all regimens. Abbreviations that stand for more than one drug (IRd, IPd: ixazomib or isatuximab) are
left out.
"""

from __future__ import annotations

from dataclasses import replace

from data.protocol import Criterion, Protocol

_PARTNERS = ("Pd", "Rd", "Vd", "Kd", "Cd", "VCd", "VRd", "KRd", "VTd", "VMP", "Pom", "Pom-dex")
_NAMES: dict[str, tuple[str, ...]] = {
    "daratumumab": (
        *("Darzalex", "Darzalex Faspro", "JNJ-54767414", "HuMax-CD38", "Dara", "dara-SC"),
        *(f"D-{p}" for p in _PARTNERS),
        *("DPd", "DRd", "DVd", "DKd", "DCd"),
        *(f"Dara-{p}" for p in _PARTNERS),
    ),
    "isatuximab": ("Sarclisa", "SAR650984", *(f"Isa-{p}" for p in _PARTNERS)),
    "felzartamab": ("MOR202", "TJ202"),
    "mezagitamab": ("TAK-079",),
    "lenalidomide": ("Revlimid", "CC-5013"),
    "pomalidomide": ("Pomalyst", "Imnovid", "CC-4047"),
    "thalidomide": ("Thalomid",),
    "bortezomib": ("Velcade", "PS-341"),
    "carfilzomib": ("Kyprolis", "PR-171"),
    "ixazomib": ("Ninlaro", "MLN9708"),
    "elotuzumab": ("Empliciti", "HuLuc63"),
    "selinexor": ("Xpovio", "Nexpovio", "KPT-330"),
    "venetoclax": ("Venclexta", "Venclyxto", "ABT-199"),
    "belantamab mafodotin": ("Blenrep", "GSK2857916"),
    "teclistamab": ("Tecvayli", "JNJ-64007957"),
    "talquetamab": ("Talvey", "JNJ-64407564"),
    "elranatamab": ("Elrexfio", "PF-06863135"),
    "idecabtagene vicleucel": ("Abecma", "ide-cel", "bb2121"),
    "ciltacabtagene autoleucel": ("Carvykti", "cilta-cel", "LCAR-B38M"),
}


def known_names(term: str) -> tuple[str, ...]:
    """Other names of a drug; empty for anything else.

    Examples
    --------
    >>> known_names("Felzartamab"), known_names("exercise")
    (('MOR202', 'TJ202'), ())
    """
    return _NAMES.get(term.casefold().strip(), ())


def with_known_names(criterion: Criterion) -> Criterion:
    """The criterion with the other names of its drugs among the synonyms; unwanted terms keep theirs.

    A name that the protocol lists as unwanted is not added.
    """
    unwanted = {t.casefold() for t in criterion.unwanted}
    listed = {t.casefold() for t in criterion.terms}
    added = {
        term: (
            *criterion.synonyms.get(term, ()),
            *(n for n in known_names(term) if n.casefold() not in unwanted | listed),
        )
        for term in criterion.wanted
        if known_names(term)
    }
    return replace(criterion, synonyms={**criterion.synonyms, **added}) if added else criterion


def named_criteria(protocol: Protocol) -> tuple[Criterion, ...]:
    """The criteria of a protocol with the other names of their drugs: what every matcher looks for."""
    return tuple(with_known_names(c) for c in protocol.criteria)
