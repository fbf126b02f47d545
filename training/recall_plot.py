"""Draw how much of each review is found after how much of it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from data.errors import ScreeningError
from data.files import check_free
from training.evaluate import Replay

FloatArray = npt.NDArray[np.float64]
_FORMATS = (".png", ".svg", ".pdf")


def recall_curve(labels: Sequence[int], *, n_points: int = 201) -> FloatArray:
    """Share found at equal steps of the share read, shape (n_points,).

    Examples
    --------
    >>> recall_curve([1, 0, 1, 0], n_points=5).tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    found = np.concatenate([[0], np.cumsum(labels)])
    read = np.floor(np.linspace(0, 1, n_points) * len(labels) + 1e-9).astype(np.int64)
    return np.asarray(found[read] / found[-1], dtype=np.float64)


def plot_recall(replays: Sequence[Replay], path: Path, *, force: bool = False) -> None:
    """Write the plot: a line per review (mean over its seeds), their mean, and what chance would find.

    Raises
    ------
    ScreeningError
        The file's ending is no format of a plot, it cannot be written, or it is there already and `force`
        is not given.
    """
    check_plot(path, force=force)
    share = np.linspace(0, 1, 201)
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle=":", label="chance")
    lines = []
    for name in sorted({r.name for r in replays}):
        lines.append(np.mean([recall_curve(r.labels) for r in replays if r.name == name], axis=0))
        axes.plot(share, lines[-1], linewidth=1, label=name)
    axes.plot(share, np.mean(lines, axis=0), color="black", linewidth=2.5, label="mean")
    axes.set(xlabel="share of the records read", ylabel="share of the includes found", ylim=(0, 1.02))
    axes.legend(loc="lower right", fontsize="small")
    try:
        figure.savefig(path, dpi=120)
    except OSError as err:
        raise ScreeningError(f"{path}: the plot cannot be written here ({err.strerror})") from err


def check_plot(path: Path, *, force: bool = False) -> None:
    """Refuse a plot file of no known format, in no folder, or there already, before hours of replaying."""
    if path.suffix.lower() not in _FORMATS:
        raise ScreeningError(f"{path}: a plot ends in {', '.join(_FORMATS)}")
    if not path.parent.is_dir():
        raise ScreeningError(f"{path}: the plot cannot be written here; make the folder {path.parent} first")
    check_free(path, force=force)
