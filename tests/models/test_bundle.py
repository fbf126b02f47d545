import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, read_kind, save_bundle

SPECS = {"weights": ArraySpec("float32", (None,)), "names": ArraySpec("U", (2,))}


def toy(**changes: object) -> Bundle:
    arrays = {"weights": np.array([1.5, -2.0], dtype=np.float32), "names": np.array(["a", "bé"])}
    given = {
        "kind": "toy",
        "model_version": 3,
        "recipe": {"C": 0.1, "views": ["text", "title"]},
        "labels_fingerprint": "abc",
        "metrics": {"loss": 0.1},
        "arrays": arrays,
    }
    return Bundle(**{**given, **changes})  # type: ignore[arg-type]


def load(folder: Path) -> Bundle:
    return load_bundle(folder, kind="toy", model_version=3, arrays=SPECS)


def rewrite(folder: Path, **changes: object) -> None:
    """Change the manifest by hand."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def replace_weights(folder: Path, content: bytes) -> None:
    """Put other weights in place, with a fitting hash."""
    (folder / "weights.npz").write_bytes(content)
    rewrite(folder, files={"weights.npz": hashlib.sha256(content).hexdigest()})


def npz(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path):
    return save_bundle(toy(), tmp_path / "model")


def test_what_was_saved_is_loaded(folder):
    saved, loaded = toy(), load(folder)
    assert (loaded.kind, loaded.model_version, loaded.labels_fingerprint) == ("toy", 3, "abc")
    assert (loaded.recipe, loaded.metrics) == (saved.recipe, saved.metrics)
    assert {k: v.tolist() for k, v in loaded.arrays.items()} == {
        k: v.tolist() for k, v in saved.arrays.items()
    }
    assert loaded.model_id == saved.model_id
    assert read_kind(folder) == "toy"


def test_the_same_model_is_the_same_bytes(folder, tmp_path):
    again = save_bundle(toy(), tmp_path / "again")
    files = sorted(p.name for p in folder.iterdir())
    assert files == ["manifest.json", "weights.npz"]
    assert [(folder / f).read_bytes() for f in files] == [(again / f).read_bytes() for f in files]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kind": "other"}, id="kind"),
        pytest.param({"model_version": 4}, id="version"),
        pytest.param({"recipe": {"C": 0.2}}, id="recipe"),
        pytest.param({"labels_fingerprint": "abd"}, id="labels"),
    ],
)
def test_another_fit_has_another_id(change):
    assert toy(**change).model_id != toy().model_id


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"kind": "design"}, "is a 'design' model", id="another kind"),
        pytest.param({"model_version": 2}, "of version 2", id="another version"),
        pytest.param({"bundle_version": 99}, "bundle format 99", id="a newer format"),
        pytest.param({"extra": 1}, "does not hold exactly", id="an unknown key"),
        pytest.param({"recipe": "text"}, "recipe is not of type dict", id="a wrong type"),
        pytest.param({"files": {}}, "files does not name exactly", id="a file not named"),
        pytest.param({"files": {"weights.npz": "0" * 64}}, "not the file", id="another hash"),
    ],
)
def test_a_wrong_manifest_is_refused(folder, changes, message):
    rewrite(folder, **changes)
    with pytest.raises(BundleError, match=message):
        load(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "plain arrays", id="empty"),
        pytest.param(b"no archive", "plain arrays", id="no archive"),
        pytest.param(npz(weights=np.zeros(2, np.float32)), "holds", id="an array missing"),
        pytest.param(
            npz(weights=np.zeros(2), names=np.array(["a", "b"])), "float64; expected", id="another type"
        ),
        pytest.param(
            npz(weights=np.zeros(2, np.float32), names=np.array(["a"])),
            r"has shape \(1,\)",
            id="another shape",
        ),
        pytest.param(
            npz(weights=np.zeros((2, 1), np.float32), names=np.array(["a", "b"])),
            "has shape",
            id="another rank",
        ),
        pytest.param(
            npz(weights=np.array([np.nan], np.float32), names=np.array(["a", "b"])),
            "not finite",
            id="no number",
        ),
        pytest.param(
            npz(weights=np.array([{}], object), names=np.array(["a", "b"])),
            "plain arrays",
            id="a Python object",
        ),
    ],
)
def test_wrong_weights_are_refused_even_with_a_fitting_hash(folder, content, message):
    replace_weights(folder, content)
    with pytest.raises(BundleError, match=message):
        load(folder)


def test_a_member_outside_the_archive_is_refused(folder):
    buffer = io.BytesIO((folder / "weights.npz").read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("../evil.npy", b"x")
    replace_weights(folder, buffer.getvalue())
    with pytest.raises(BundleError, match="evil"):
        load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "weights.npz"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_damaged_manifest_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        load(folder)


def test_nothing_is_overwritten(folder):
    with pytest.raises(BundleError, match="is not empty"):
        save_bundle(toy(), folder)


def test_python_objects_are_not_saved(tmp_path):
    with pytest.raises(TypeError, match="Python objects"):
        save_bundle(toy(arrays={"x": np.array([{}], object)}), tmp_path / "x")
