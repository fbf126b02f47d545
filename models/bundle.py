"""One fitted model on disk: `weights.npz` (plain arrays) and `manifest.json`; audited before use.

Nothing here runs code from a file: arrays are read with `allow_pickle=False`, the manifest is
JSON, and both are checked (hash, version, kind, names, types, shapes, finite numbers) before any
weight becomes part of an object. Hashes protect against damage and mix-ups, not against a forger,
who would write fitting hashes; a forger can then only change numbers.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from data.errors import ScreeningError

BUNDLE_VERSION = 1
_WEIGHTS = "weights.npz"
_MANIFEST = "manifest.json"
_MAX_BYTES = 2 << 30  # unpacked; a linear model is a thousand times smaller
_MANIFEST_KEYS = frozenset(
    (
        "bundle_version",
        "kind",
        "model_version",
        "picosieve",
        "recipe",
        "labels_fingerprint",
        "metrics",
        "files",
    )
)

Array = npt.NDArray[Any]


class BundleError(ScreeningError):
    """A model on disk that is not what it says it is."""


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """What a loader expects of one array.

    Attributes
    ----------
    dtype : str
        NumPy type ("float32"), or "U" for text of any length.
    shape : tuple of int or None
        None stands for any length along that axis.
    """

    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One fitted model as plain values.

    Attributes
    ----------
    kind : str
        What it is a model of ("relevance", "design", ...).
    model_version : int
        Raised by the model's own module when the meaning of its arrays changes.
    recipe : mapping
        Everything that was chosen for the fit; JSON values only.
    labels_fingerprint : str
        Which labels it was fitted on ("" when on none).
    metrics : mapping of str to float
        What was measured of it.
    arrays : mapping of str to ndarray
    """

    kind: str
    model_version: int
    recipe: Mapping[str, Any]
    arrays: Mapping[str, Array]
    labels_fingerprint: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """Kind, version, and a hash of recipe and labels: the same fit has the same id."""
        told = json.dumps(
            [self.kind, self.model_version, dict(self.recipe), self.labels_fingerprint], sort_keys=True
        )
        return f"{self.kind}-{self.model_version}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def save_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle to a new or empty folder; the manifest comes last, so a cut-off write does not load.

    Raises
    ------
    BundleError
        The folder holds something already, or cannot be written.
    """
    for name, array in bundle.arrays.items():
        if array.dtype.hasobject:
            raise TypeError(f"array {name!r} holds Python objects; a bundle takes numbers and text only")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BundleError(f"{folder}: is not empty; a bundle takes a folder of its own")
        weights = _packed(bundle.arrays)
        (folder / _WEIGHTS).write_bytes(weights)
        manifest = {
            "bundle_version": BUNDLE_VERSION,
            "kind": bundle.kind,
            "model_version": bundle.model_version,
            "picosieve": _own_version(),
            "recipe": dict(bundle.recipe),
            "labels_fingerprint": bundle.labels_fingerprint,
            "metrics": dict(bundle.metrics),
            "files": {_WEIGHTS: hashlib.sha256(weights).hexdigest()},
        }
        partial = folder / (_MANIFEST + ".part")
        partial.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        partial.replace(folder / _MANIFEST)
    except OSError as err:
        raise BundleError(f"{folder}: the model cannot be written here ({err.strerror})") from err
    return folder


def load_bundle(
    folder: Path | Traversable, *, kind: str, model_version: int, arrays: Mapping[str, ArraySpec]
) -> Bundle:
    """Read a bundle after checking that it is what the caller expects.

    Parameters
    ----------
    folder : Path or Traversable
        A folder on disk, or `importlib.resources.files("models") / "released" / NAME`.
    kind, model_version
        What the caller can use.
    arrays : mapping of str to ArraySpec
        Exactly the arrays that must be there.

    Raises
    ------
    BundleError
        Something is missing, damaged, of another kind or version, or of a wrong type or shape.
    """
    manifest = _read_manifest(folder)
    found = (manifest["kind"], manifest["model_version"])
    if found != (kind, model_version):
        raise BundleError(
            f"{folder}: is a {found[0]!r} model of version {found[1]}; "
            f"expected {kind!r} of version {model_version}"
        )
    weights = _read(folder, _WEIGHTS)
    if hashlib.sha256(weights).hexdigest() != manifest["files"][_WEIGHTS]:
        raise BundleError(
            f"{folder}: {_WEIGHTS} is not the file that the manifest was written for; copy it anew"
        )
    return Bundle(
        kind=kind,
        model_version=model_version,
        recipe=manifest["recipe"],
        labels_fingerprint=manifest["labels_fingerprint"],
        metrics=manifest["metrics"],
        arrays=_unpacked(folder, weights, arrays),
    )


def read_kind(folder: Path | Traversable) -> str:
    """Kind of the model in a folder, from its manifest alone."""
    return str(_read_manifest(folder)["kind"])


def _packed(arrays: Mapping[str, Array]) -> bytes:
    """A `.npz` whose bytes depend on the arrays only (`np.savez` would write the time of day)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def _unpacked(
    folder: Path | Traversable, weights: bytes, expected: Mapping[str, ArraySpec]
) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(io.BytesIO(weights)) as archive:
            names = [i.filename for i in archive.infolist()]
            if sorted(names) != sorted(f"{n}.npy" for n in expected):
                raise BundleError(f"{folder}: {_WEIGHTS} holds {sorted(names)}; expected {sorted(expected)}")
            if sum(i.file_size for i in archive.infolist()) > _MAX_BYTES:
                raise BundleError(f"{folder}: {_WEIGHTS} unpacks to more than {_MAX_BYTES >> 30} GiB")
            arrays = {
                name: np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
                for name in expected
            }
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as err:
        raise BundleError(f"{folder}: {_WEIGHTS} cannot be read as plain arrays ({err})") from err
    for name, spec in expected.items():
        problem = _array_problem(arrays[name], spec)
        if problem:
            raise BundleError(f"{folder}: array {name!r} {problem}")
    return arrays


def _array_problem(array: Array, spec: ArraySpec) -> str:
    type_fits = array.dtype.kind == "U" if spec.dtype == "U" else array.dtype == np.dtype(spec.dtype)
    if not type_fits:
        return f"is of type {array.dtype}; expected {spec.dtype}"
    fits = len(array.shape) == len(spec.shape) and all(
        want in (None, have) for want, have in zip(spec.shape, array.shape, strict=True)
    )
    if not fits:
        return f"has shape {array.shape}; expected {spec.shape}"
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        return "holds a number that is not finite"
    return ""


def _read_manifest(folder: Path | Traversable) -> dict[str, Any]:
    try:
        manifest = json.loads(_read(folder, _MANIFEST))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as err:
        raise BundleError(f"{folder}: {_MANIFEST} is not JSON ({err})") from err
    if not isinstance(manifest, dict) or manifest.keys() != _MANIFEST_KEYS:
        raise BundleError(f"{folder}: {_MANIFEST} does not hold exactly {', '.join(sorted(_MANIFEST_KEYS))}")
    if manifest["bundle_version"] != BUNDLE_VERSION:
        raise BundleError(
            f"{folder}: written in bundle format {manifest['bundle_version']!r}, this version reads "
            f"{BUNDLE_VERSION}; update picosieve or fit the model again"
        )
    types = {"kind": str, "model_version": int, "recipe": dict, "labels_fingerprint": str, "metrics": dict}
    for key, kind in types.items():
        if not isinstance(manifest[key], kind):
            raise BundleError(f"{folder}: {_MANIFEST}: {key} is not of type {kind.__name__}")
    files = manifest["files"]
    if not isinstance(files, dict) or files.keys() != {_WEIGHTS}:
        raise BundleError(f"{folder}: {_MANIFEST}: files does not name exactly {_WEIGHTS}")
    return cast(dict[str, Any], manifest)


def _read(folder: Path | Traversable, name: str) -> bytes:
    try:
        return folder.joinpath(name).read_bytes()
    except OSError as err:
        raise BundleError(f"{folder}: no model bundle here: {name} cannot be read ({err.strerror})") from err


def _own_version() -> str:
    try:
        return version("picosieve")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"
