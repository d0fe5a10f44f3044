"""21.3: weeks and money; one read; a stream of single writes; an announcement; a short sequence."""

from orderlab.lesson.solutions import Attempt, WrongAnswer

FITS = {
    "warranty": "standard",
    "basket": "function",
    "clicks": "queue",
    "price": "rule",
    "label": "express",
}

TOLD = "an execution may last a year"
SOLUTION = Attempt(answer=FITS)
WRONG = [
    WrongAnswer(
        "a workflow for everything",
        Attempt(answer=dict.fromkeys(FITS, "standard")),
        "A basket on a page",
        "standard",
    ),
    WrongAnswer(
        "what is many is Express",
        Attempt(answer={**FITS, "clicks": "express"}),
        "Clicks by the thousand",
        "express",
    ),
    WrongAnswer(
        "a Standard workflow whose answer somebody waits for",
        Attempt(answer={**FITS, "label": "standard"}),
        "A label for a parcel",
        "standard",
    ),
]
