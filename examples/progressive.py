"""Send one picture in growing prefixes: first its subject, and then more and more of the rest.

    python examples/progressive.py

The photograph is described and encoded once. Each smaller record is made from the bytes of the
largest one alone, without a model, as a relay can do that only knows its own budget. Each is a
complete record, so that the receiver paints what has arrived.
"""

from importlib import resources

import semcodec

PHOTO = resources.files("semcodec_embedded") / "photos" / "cat.jpg"
DESCRIPTION = (
    "A large ginger cat with green eyes sleeps on a gray sofa. Beside it are a blue cushion and an "
    "open book. Behind the sofa is a window with white curtains, and on the floor a red ball."
)
BUDGETS = (8, 12, 20, 40, 80)  #: bytes


def receive(data: bytes) -> str:
    """Return what a receiver shows while the next prefix is on its way."""
    return " ".join(semcodec.unpack(data).words)


largest = semcodec.encode(
    PHOTO.read_bytes(),
    description=DESCRIPTION,
    max_bytes=max(BUDGETS),
    order="importance",
    framing="bare",
)
for budget in BUDGETS:
    data = semcodec.truncate(largest.data, budget)
    print(f"{len(data):3} bytes: {receive(data)}")
    if data == largest.data:
        break
semcodec.decode(data, size=(96, 64)).image.save("picture.png")
print("The last one is painted in picture.png.")
