"""What the labels' tests share: a card with French letters, one with far too many."""

from encoder.labels.content import LabelContent

SITE = "https://card.example"
TOKEN = "7H3K9QX2MZ4DG"
ZOE_CARD = LabelContent(
    site=SITE,
    token=TOKEN,
    url=f"{SITE}/c/{TOKEN}",
    position=12,
    name="Zoé Lefèvre-Œhlenschläger",
    line="Dupont Industries à Nîmes",
    activation="K7QP92MX4D3A",
)
LONG_CARD = LabelContent(
    site=SITE,
    token=TOKEN,
    url=f"{SITE}/c/{TOKEN}",
    position=1_000_000,
    name="Jean-Baptiste " * 20,
    line="Anticonstitutionnellement" * 12,
    activation="W" * 40,
)
