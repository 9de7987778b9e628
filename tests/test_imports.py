"""Checks imports by running Python: a re-export escapes tools that read the source."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.repository import ROOT

pytestmark = pytest.mark.slow  # imports everything in new processes

HEAVY = ("tensorflow", "keras", "matplotlib", "sklearn", "skimage", "scipy", "pyarrow", "boto3", "botocore")
FOR_TRAINING = ("tensorflow", "keras", "matplotlib", "sklearn", "skimage", "scipy")


def loaded(code: str, names: tuple[str, ...]) -> list[str]:
    """The modules of `names` that a fresh Python has loaded after running `code`."""
    shown = f"{code}\nimport sys\nprint(*[name for name in {names!r} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, timeout=120, check=True)
    return ended.stdout.split()


def test_the_tests_of_the_service_are_imported_by_themselves_alone() -> None:
    others = [file for file in (ROOT / "tests").rglob("*.py") if not file.is_relative_to(ROOT / "tests" / "service")]
    importing = re.compile(r"^\s*(?:from|import) tests\.service\b", re.MULTILINE)

    assert [file for file in [*others, *(ROOT / "infra").rglob("*.py")] if importing.search(file.read_text())] == []


@pytest.mark.parametrize("module", ["service.cli.main", "service.server", "service.app"])
def test_the_service_loads_nothing_that_only_training_or_s3_wants(module: str) -> None:
    assert loaded(f"import {module}", HEAVY) == []


def test_every_module_of_service_and_collector_keeps_tensorflow_out() -> None:
    files = [file for folder in ("service", "collector") for file in (ROOT / folder).rglob("*.py")]
    modules = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    imports = "\n".join(f"import {module}" for module in modules if not module.endswith("__"))

    assert len(modules) > 20
    assert loaded(imports, FOR_TRAINING) == []


def test_a_model_predicts_without_tensorflow() -> None:
    code = (
        "from collector.storage.folder_store import FolderStore\n"
        "from collector.storage.memory_store import MemoryStore\n"
        "from service.inference.live_models import LiveModels\n"
        "from training.models.registry import Registry\n"
        "from training.models.shipped import FIRST_MODELS\n"
        "store = MemoryStore()\n"
        "live = LiveModels(store, Registry(store), Registry(FolderStore(FIRST_MODELS)))\n"
        "live.poll()\n"
        "assert live.current.predictors\n"
    )

    assert loaded(code, HEAVY) == []
