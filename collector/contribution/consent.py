"""The terms to which contributors agree: every version that was ever shown, in each of its languages.

Every published text stays: pages opened before a change still send its version, and contributors can read the terms
that they agreed to. A changed text gets a new version; a translation has the version of its original and its language,
`2026-11-3/fr`.
"""

from __future__ import annotations

LICENCE = "CC BY 4.0"
CONSENT_VERSION = "2026-11-3"
ENGLISH = "en"
TERMS = {
    "2026-11-1": (
        "Each digit that you draw when asked for one is kept: its strokes with their times, and pictures of it at "
        "every stage. They train and judge the models here, and anyone may use them under CC BY 4.0. No name, address "
        "or device is kept with them; a random number in this browser tells which drawings are by one person. "
        "Please draw digits alone, and nothing that tells who you are."
    ),
    "2026-11-2": (
        "Each digit that you draw when asked for one is kept: its strokes with their times, whether by pen, mouse or "
        "finger, and pictures of it at every stage. They train and judge the models here, and anyone may use them "
        "under CC BY 4.0. No name, address or device is kept with them; a random number in this browser tells which "
        "drawings are by one person. You can see, download or delete each of yours from this browser at any time. "
        "What others copied before stays with them, and models trained before keep what they learned. "
        "Please draw digits alone, and nothing that tells who you are."
    ),
    "2026-11-3": (
        "Each digit that you draw when asked for one is kept: its strokes with their times, whether by pen, mouse or "
        "finger, and pictures of it at every stage. They train and judge the models here, and anyone may use them "
        "under CC BY 4.0. No name, address or device is kept with them; a random number in this browser tells which "
        "drawings are by one person. The page sends this number to the service, which then reads what you draw here "
        "with the help of your own earlier drawings; a switch beside the guess turns that off. "
        "You can see, download or delete each of yours from this browser at any time. "
        "What others copied before stays with them, and models trained before keep what they learned. "
        "Please draw digits alone, and nothing that tells who you are."
    ),
}
TRANSLATIONS = {
    "2026-11-3": {
        "fr": (
            "Chaque chiffre que vous dessinez quand on vous en demande un est conservé : ses traits et leurs instants, "
            "au stylet, à la souris ou au doigt, et des images de chacune de ses étapes. Ils servent à entraîner et à "
            "évaluer les modèles d’ici, et chacun peut les utiliser sous CC BY 4.0. Ni nom, ni adresse, ni appareil ne "
            "sont conservés avec eux ; un nombre au hasard dans ce navigateur indique quels dessins sont d’une même "
            "personne. La page envoie ce nombre au service, qui lit alors ce que vous dessinez ici à l’aide de vos "
            "propres dessins antérieurs ; un bouton à côté de la réponse désactive cela. Vous pouvez à tout moment "
            "voir, télécharger ou supprimer chacun des vôtres depuis ce navigateur. Ce que d’autres ont copié "
            "auparavant leur reste, et les modèles entraînés auparavant gardent ce qu’ils ont appris. Veuillez ne "
            "dessiner que des chiffres, et rien qui dise qui vous êtes."
        ),
        "de": (
            "Jede Ziffer, die du auf Anfrage zeichnest, wird gespeichert: ihre Striche mit ihren Zeiten, ob mit Stift, "
            "Maus oder Finger, und Bilder von jedem ihrer Stadien. Mit ihnen werden die Modelle hier trainiert und "
            "bewertet, und jeder darf sie unter CC BY 4.0 nutzen. Weder Name noch Adresse noch Gerät werden mit ihnen "
            "gespeichert; eine Zufallszahl in diesem Browser sagt, welche Zeichnungen von derselben Person sind. Die "
            "Seite sendet diese Zahl an den Dienst, der dann mit Hilfe deiner eigenen früheren Zeichnungen liest, was "
            "du hier zeichnest; ein Schalter neben der Vermutung stellt das ab. Du kannst jede deiner Zeichnungen "
            "jederzeit von diesem Browser aus ansehen, herunterladen oder löschen. Was andere vorher kopiert haben, "
            "bleibt bei ihnen, und vorher trainierte Modelle behalten, was sie gelernt haben. Bitte zeichne nur "
            "Ziffern und nichts, das verrät, wer du bist."
        ),
        "es": (
            "Cada dígito que dibujas cuando se te pide uno se guarda: sus trazos con sus tiempos, ya sea con lápiz, "
            "ratón o dedo, e imágenes de cada una de sus etapas. Sirven para entrenar y evaluar los modelos de aquí, y "
            "cualquiera puede usarlos bajo CC BY 4.0. No se guarda con ellos ningún nombre, dirección ni aparato; un "
            "número al azar en este navegador indica qué dibujos son de una misma persona. La página envía este número "
            "al servicio, que entonces lee lo que dibujas aquí con ayuda de tus propios dibujos anteriores; un botón "
            "junto a la respuesta lo desactiva. Puedes ver, descargar o borrar cada uno de los tuyos desde este "
            "navegador en cualquier momento. Lo que otros copiaron antes queda en su poder, y los modelos entrenados "
            "antes conservan lo que aprendieron. Por favor, dibuja solo dígitos, y nada que diga quién eres."
        ),
    },
}
# Of the symbol sets other than digits.
SYMBOLS_CONSENT_VERSION = "symbols-2026-11-1"
SYMBOLS_TERMS = {
    "symbols-2026-11-1": (
        "Each symbol that you draw when asked for one is kept: its strokes with their times, whether by pen, mouse or "
        "finger, and pictures of it at every stage. They train and judge the models of this set, and anyone may use "
        "them under CC BY 4.0. No name, address or device is kept with them; a random number in this browser tells "
        "which drawings are by one person. The page sends this number to the service, which then reads what you draw "
        "here with the help of your own earlier drawings; a switch beside the guess turns that off. "
        "You can see, download or delete each of yours from this browser at any time. "
        "What others copied before stays with them, and models trained before keep what they learned. "
        "Please draw the symbols alone, and nothing that tells who you are."
    ),
}
SYMBOLS_TRANSLATIONS = {
    "symbols-2026-11-1": {
        "fr": (
            "Chaque symbole que vous dessinez quand on vous en demande un est conservé : ses traits et leurs instants, "
            "au stylet, à la souris ou au doigt, et des images de chacune de ses étapes. Ils servent à entraîner et à "
            "évaluer les modèles de ce jeu de symboles, et chacun peut les utiliser sous CC BY 4.0. Ni nom, ni "
            "adresse, ni appareil ne sont conservés avec eux ; un nombre au hasard dans ce navigateur indique quels "
            "dessins sont d’une même personne. La page envoie ce nombre au service, qui lit alors ce que vous dessinez "
            "ici à l’aide de vos propres dessins antérieurs ; un bouton à côté de la réponse désactive cela. Vous "
            "pouvez à tout moment voir, télécharger ou supprimer chacun des vôtres depuis ce navigateur. Ce que "
            "d’autres ont copié auparavant leur reste, et les modèles entraînés auparavant gardent ce qu’ils ont "
            "appris. Veuillez ne dessiner que les symboles, et rien qui dise qui vous êtes."
        ),
        "de": (
            "Jedes Symbol, das du auf Anfrage zeichnest, wird gespeichert: seine Striche mit ihren Zeiten, ob mit "
            "Stift, Maus oder Finger, und Bilder von jedem seiner Stadien. Mit ihnen werden die Modelle dieses "
            "Symbolsatzes trainiert und bewertet, und jeder darf sie unter CC BY 4.0 nutzen. Weder Name noch Adresse "
            "noch Gerät werden mit ihnen gespeichert; eine Zufallszahl in diesem Browser sagt, welche Zeichnungen von "
            "derselben Person sind. Die Seite sendet diese Zahl an den Dienst, der dann mit Hilfe deiner eigenen "
            "früheren Zeichnungen liest, was du hier zeichnest; ein Schalter neben der Vermutung stellt das ab. Du "
            "kannst jede deiner Zeichnungen jederzeit von diesem Browser aus ansehen, herunterladen oder löschen. Was "
            "andere vorher kopiert haben, bleibt bei ihnen, und vorher trainierte Modelle behalten, was sie gelernt "
            "haben. Bitte zeichne nur die Symbole und nichts, das verrät, wer du bist."
        ),
        "es": (
            "Cada símbolo que dibujas cuando se te pide uno se guarda: sus trazos con sus tiempos, ya sea con lápiz, "
            "ratón o dedo, e imágenes de cada una de sus etapas. Sirven para entrenar y evaluar los modelos de este "
            "conjunto de símbolos, y cualquiera puede usarlos bajo CC BY 4.0. No se guarda con ellos ningún nombre, "
            "dirección ni aparato; un número al azar en este navegador indica qué dibujos son de una misma persona. La "
            "página envía este número al servicio, que entonces lee lo que dibujas aquí con ayuda de tus propios "
            "dibujos anteriores; un botón junto a la respuesta lo desactiva. Puedes ver, descargar o borrar cada uno "
            "de los tuyos desde este navegador en cualquier momento. Lo que otros copiaron antes queda en su poder, y "
            "los modelos entrenados antes conservan lo que aprendieron. Por favor, dibuja solo los símbolos, y nada "
            "que diga quién eres."
        ),
    },
}


def _by_version(terms: dict[str, str], translations: dict[str, dict[str, str]]) -> dict[str, str]:
    translated = {f"{version}/{name}": text for version, texts in translations.items() for name, text in texts.items()}
    return {**terms, **translated}


CONSENTS = _by_version(TERMS, TRANSLATIONS)
SYMBOLS_CONSENTS = _by_version(SYMBOLS_TERMS, SYMBOLS_TRANSLATIONS)
CONSENT_TEXT = CONSENTS[CONSENT_VERSION]
LANGUAGES = (ENGLISH, *TRANSLATIONS.get(CONSENT_VERSION, ()))  # of the current terms, of digits and symbols


def version_in(language: str | None, current: str = CONSENT_VERSION) -> tuple[str, str]:
    """The version of the current terms in this language, and the language: English where they are not translated."""
    if language is None or language not in LANGUAGES or language == ENGLISH:
        return current, ENGLISH
    return f"{current}/{language}", language
