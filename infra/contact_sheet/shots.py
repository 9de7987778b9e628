"""Lists the pictures of the contact sheet: a state of the page, on a screen, in a language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

from infra.contact_sheet import states

DESKTOP, PHONE, LANDSCAPE, ZOOMED = (1280, 800), (390, 844), (844, 390), (320, 256)  # CSS px

Scheme = Literal["light", "dark"]
State = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: how the page is opened, and what is done before."""

    title: str
    state: State
    size: tuple[int, int] = DESKTOP
    scheme: Scheme = "light"
    language: str = "en-US"
    forced_colours: bool = False
    whole: bool = False  # the whole page, not what the screen shows of it


SHOTS = (
    Shot("first visit", states.empty),
    Shot("half drawn", states.half_drawn),
    Shot("drawn", states.drawn),
    Shot("looking back", states.looking_back),
    Shot("two models", states.compared),
    Shot("drawn by keyboard", states.by_keyboard),
    Shot("sharing", states.sharing),
    Shot("consent", states.consent),
    Shot("asked for a digit", states.asked),
    Shot("is it that digit?", states.questioned),
    Shot("given", states.given),
    Shot("my drawings", states.mine),
    Shot("models", states.models, whole=True),
    Shot("about", states.about, whole=True),
    Shot("game", states.game),
    Shot("game: drawing", states.playing),
    Shot("game: result", states.played, whole=True),
    Shot("game: replay of an address", states.replayed),
    Shot("dark: drawn", states.drawn, scheme="dark"),
    Shot("dark: given", states.given, scheme="dark"),
    Shot("dark: models", states.models, scheme="dark", whole=True),
    Shot("dark: game, result", states.played, scheme="dark", whole=True),
    Shot("dark: about", states.about, scheme="dark", whole=True),
    Shot("forced colours", states.drawn, forced_colours=True),
    Shot("phone: first visit", states.empty, PHONE),
    Shot("phone: drawn", states.drawn, PHONE),
    Shot("phone: sharing", states.sharing, PHONE),
    Shot("phone, dark: drawn", states.drawn, PHONE, "dark"),
    Shot("phone: consent", states.consent, PHONE),
    Shot("phone: given", states.given, PHONE),
    Shot("phone: my drawings", states.mine, PHONE),
    Shot("phone: models", states.models, PHONE, whole=True),
    Shot("phone: about", states.about, PHONE, whole=True),
    Shot("phone: game", states.playing, PHONE),
    Shot("phone: game, result", states.played, PHONE, whole=True),
    Shot("phone, French", states.drawn, PHONE, language="fr-FR"),
    Shot("phone, German: consent", states.consent, PHONE, language="de-DE"),
    Shot("phone, Spanish: given", states.given, PHONE, language="es-ES"),
    Shot("landscape: drawn", states.drawn, LANDSCAPE),
    Shot("landscape, dark: given", states.given, LANDSCAPE, "dark"),
    Shot("landscape: consent", states.consent, LANDSCAPE),
    Shot("landscape: game", states.playing, LANDSCAPE),
    Shot("400 % zoom: drawn", states.drawn, ZOOMED),
    Shot("German", states.drawn, language="de-DE"),
    Shot("French: models", states.models, language="fr-FR", whole=True),
)
