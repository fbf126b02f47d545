"""LaTeX in a BibTeX field -> plain text: accents, symbols, raised and lowered text, braces.

Only what is known is changed; a bare `%`, `$` or `~`, which many exporters write, stays text.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "d": "\u0323",
    "b": "\u0331",
    "k": "\u0328",
    "r": "\u030a",
}
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau"
    " upsilon phi chi psi omega"
).split()
_SYMBOLS = {
    **{name: chr(0x3B1 + n + (n > 16)) for n, name in enumerate(_GREEK)},
    **{name.capitalize(): chr(0x391 + n + (n > 16)) for n, name in enumerate(_GREEK)},
    **dict.fromkeys(("geq", "ge", "geqslant"), "≥"),
    **dict.fromkeys(("leq", "le", "leqslant"), "≤"),
    **{"textgreater": ">", "textless": "<", "gt": ">", "lt": "<", "pm": "±", "textpm": "±", "times": "×"},
    **{"texttimes": "×", "approx": "≈", "sim": "~", "neq": "≠", "infty": "∞", "rightarrow": "→"},
    **{"textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textbar": "|", "textmu": "µ"},
    **{"textdegree": "°", "degree": "°", "textregistered": "®", "texttrademark": "™", "textcopyright": "©"},
    **{"textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "ldots": "…"},
    **{"textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "dots": "…", "cdot": "·"},
    **{"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł"},
    **{"aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "textbullet": "•", "textellipsis": "…"},
    **{"textbraceleft": "{", "textbraceright": "}", "textdollar": "$", "textunderscore": "_"},
}
_COMMAND = re.compile(r"\\([A-Za-z]+)(?:\{\}|(?=[^A-Za-z])[ ]?|$)")
_PUNCTUATION_ACCENT = re.compile(r"""\\([`'^"~=.])\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))""")
_LETTER_ACCENT = re.compile(r"\\([uvHcdbkr])(?:\s*\{\s*\\?([A-Za-z])\s*\}|\s+([A-Za-z]))")
_RAISED = re.compile(r"\\textsuperscript\{([^{}]{0,200})\}|\$\s*\^\{?([^{}$]{1,40}?)\}?\s*\$")
_LOWERED = re.compile(r"\\textsubscript\{([^{}]{0,200})\}|\$\s*_\{?([^{}$]{1,40}?)\}?\s*\$")
_STYLE = re.compile(
    r"\\(?:emph|text(?:it|bf|rm|tt|sc|sf|normal)?|math(?:rm|bf|it)|url|mbox|ensuremath)(?=\s*\{)"
)
_MATH = re.compile(r"\$([^$\n]{1,80})\$")
_NUMBER = re.compile(r"[\d+\u2212-][\d.,+\u2212-]*")
_ESCAPED = re.compile(r"\\([&%$#_{} ])")
_KEEP = {
    c: chr(0xE000 + n) for n, c in enumerate("&%$#_{} ")
}  # private use: out of the way of the other rules
_BACK = {ord(kept): c for c, kept in _KEEP.items()}


def plain_text(value: str) -> str:
    r"""The text that a LaTeX value stands for.

    Examples
    --------
    >>> plain_text(r'{M{\"u}ller} \& {CO}\textsubscript{2}, 10$^{9}$, 50\%, p \textless{} 0.05')
    'Müller & CO2, 10^9, 50%, p < 0.05'
    >>> plain_text("costs of $5 and 10% more")
    'costs of $5 and 10% more'
    """
    if not any(c in value for c in "\\{}$"):
        return value
    text = _ESCAPED.sub(lambda m: _KEEP[m[1]], value)
    text = _PUNCTUATION_ACCENT.sub(_accented, text)
    text = _LETTER_ACCENT.sub(_accented, text)
    text = _RAISED.sub(_raised, text)
    text = _LOWERED.sub(lambda m: m[1] or m[2] or "", text)
    text = _STYLE.sub("", text)
    text = _MATH.sub(_math, text)
    text = _COMMAND.sub(lambda m: _SYMBOLS.get(m[1], m[0]), text)
    text = re.sub(r"[{}]", "", text)
    return text.translate(_BACK)


def _accented(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", (found[2] or found[3]) + _ACCENTS[found[1]])


def _raised(found: re.Match[str]) -> str:
    inner = found[1] if found[1] is not None else found[2]
    return f"^{inner}" if _NUMBER.fullmatch(inner.strip()) else inner


def _math(found: re.Match[str]) -> str:
    """Math without its dollars; what has none of its marks is money."""
    return found[1] if re.search(r"[\\^_]", found[1]) else found[0]
