"""infra/kubernetes as kustomize builds it: valid, of least rights, and without a way to strand a drawing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from collector.contribution.contributor import key_fingerprint
from collector.contribution.layout import CONTRIBUTOR_KEY, DRAWINGS
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from infra.go_tools import built, pinned
from infra.harness.processes import answers, free_port
from tests.collector.contributions import make_contribution

pytestmark = pytest.mark.slow  # builds a Go program, and starts a service

FOLDER = Path(__file__).parents[2] / "infra" / "kubernetes"
RAY = FOLDER.parent / "ray"
OVERLAYS = ("base", "minio", "stranded", "ingress")
VERSIONS = ("1.31", "1.34")
WAIT_SECONDS = 60.0  # a bound for a busy machine, not a promise
PODS = {"StatefulSet", "Deployment", "Job"}


@pytest.fixture(scope="module")
def manifests() -> dict[str, list[dict[str, Any]]]:
    binary = built(pinned("kustomize"))
    if binary is None:
        reason = "kustomize is built with Go, and there is no `go` on the path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    found = {}
    for overlay in OVERLAYS:
        done = subprocess.run([binary, "build", FOLDER / overlay], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found[overlay] = list(yaml.safe_load_all(done.stdout))
    return found


def one(manifests: list[dict[str, Any]], kind: str, name: str = "midstroke") -> dict[str, Any]:
    (found,) = [each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_has_the_form_that_kubernetes_expects(
    manifests: dict[str, list[dict[str, Any]]], overlay: str, version: str
) -> None:
    for each in manifests[overlay]:
        kubernetes_validate.validate(each, version, strict=True)


def test_a_field_that_kubernetes_does_not_know_would_be_found(manifests: dict[str, list[dict[str, Any]]]) -> None:
    wrong = json.loads(json.dumps(one(manifests["base"], "StatefulSet")))
    wrong["spec"]["template"]["spec"]["terminationGraceSeconds"] = 1

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_pod_is_root_or_writes_to_its_image_or_may_gain_rights(
    manifests: dict[str, list[dict[str, Any]]], overlay: str
) -> None:
    pods = [each["spec"]["template"]["spec"] for each in manifests[overlay] if each["kind"] in PODS]

    assert pods
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"memory"} <= container["resources"]["limits"].keys()


def test_no_secret_is_in_the_manifests_and_all_replicas_mount_one_key(
    manifests: dict[str, list[dict[str, Any]]],
) -> None:
    replicas = one(manifests["minio"], "StatefulSet")["spec"]["template"]["spec"]

    assert not [each for each in manifests["minio"] if each["kind"] == "Secret"]
    assert {"name": "contributor-key", "secret": {"secretName": "midstroke-contributor-key"}} in replicas["volumes"]


def test_each_replica_keeps_its_spool_and_has_time_to_upload_it(manifests: dict[str, list[dict[str, Any]]]) -> None:
    replicas = one(manifests["base"], "StatefulSet")["spec"]
    budget = one(manifests["base"], "PodDisruptionBudget")["spec"]

    assert [claim["metadata"]["name"] for claim in replicas["volumeClaimTemplates"]] == ["spool"]
    assert replicas["persistentVolumeClaimRetentionPolicy"] == {"whenScaled": "Retain", "whenDeleted": "Retain"}
    assert "spool drain --seconds 100" in _script(replicas)
    assert replicas["template"]["spec"]["terminationGracePeriodSeconds"] >= 5 + 5 + 100
    assert budget["maxUnavailable"] < replicas["replicas"]


def test_there_is_one_trainer(manifests: dict[str, list[dict[str, Any]]]) -> None:
    trainer = one(manifests["base"], "Deployment", "midstroke-trainer")["spec"]

    assert (trainer["replicas"], trainer["strategy"]) == (1, {"type": "Recreate"})


def test_the_ingress_leads_to_a_port_of_the_service_by_tls_for_one_host(
    manifests: dict[str, list[dict[str, Any]]],
) -> None:
    ingress = one(manifests["ingress"], "Ingress")["spec"]
    (rule,) = ingress["rules"]
    (path,) = rule["http"]["paths"]
    service = one(manifests["ingress"], "Service")["spec"]

    assert path["backend"]["service"]["name"] == "midstroke"
    assert path["backend"]["service"]["port"]["name"] in {port["name"] for port in service["ports"]}
    assert ingress["tls"] == [{"hosts": [rule["host"]], "secretName": "midstroke-tls"}]
    assert "Ingress" not in {each["kind"] for each in manifests["base"]}  # which any store and proxy may use


def test_the_autoscaler_goes_by_a_metric_that_the_service_has(manifests: dict[str, list[dict[str, Any]]]) -> None:
    (metric,) = one(manifests["base"], "HorizontalPodAutoscaler")["spec"]["metrics"]
    sources = (Path(__file__).parents[2] / "service").rglob("*.py")

    assert any(metric["pods"]["metric"]["name"] in source.read_text() for source in sources)


def _script(replicas: dict[str, Any]) -> str:
    (container,) = replicas["template"]["spec"]["containers"]
    shell, option, script = container["command"]
    assert (shell, option) == ("sh", "-c")
    return str(script)


def test_a_terminated_pod_has_uploaded_its_spool(manifests: dict[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    """The container's own command; the service's uploader can't run, as if it had no time."""
    var, port = tmp_path / "var", free_port()
    store = FolderStore(tmp_path / "store")
    key = tmp_path / "contributor-key"
    key.write_text("5a" * 32)
    store.put(CONTRIBUTOR_KEY, json.dumps({"format": 1, "fingerprint": key_fingerprint(b"\x5a" * 32)}).encode())
    env = {
        **os.environ,
        "MIDSTROKE_VAR": str(var),
        "MIDSTROKE_STORE": str(tmp_path / "store"),
        "MIDSTROKE_PORT": str(port),
        "MIDSTROKE_CONTRIBUTOR_KEY_FILE": str(key),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    script = _script(one(manifests["base"], "StatefulSet")["spec"])
    pod = subprocess.Popen(["sh", "-c", script], env=env, start_new_session=True)
    try:
        _wait_for(port)
        spool = Spool(var / "spool.sqlite")
        pod.send_signal(signal.SIGTERM)
        for _ in range(3):  # acknowledged at the last moment
            spool.accept(make_contribution(), "a" * 32)
        code = pod.wait(WAIT_SECONDS)
        waiting = spool.uploads.backlog().drawings
        spool.close()
    finally:
        if pod.poll() is None:
            os.killpg(pod.pid, signal.SIGKILL)

    assert (code, waiting) == (0, 0)
    assert len(list(store.keys(DRAWINGS))) == 3


KUBERAY = "github.com/ray-project/kuberay/ray-operator@v1.5.0"


@pytest.fixture(scope="module")
def ray_job_schema() -> dict[str, Any]:
    """The schema of RayJob in KubeRay's own resource definition; unknown fields are wrong, as `kubectl` has it."""
    if shutil.which("go") is None:
        pytest.skip("KubeRay's definitions come as a Go module, and there is no `go` on the path")
    done = subprocess.run(["go", "mod", "download", "-json", KUBERAY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    folder = Path(json.loads(done.stdout)["Dir"]) / "config" / "crd" / "bases"
    versions = yaml.safe_load((folder / "ray.io_rayjobs.yaml").read_text())["spec"]["versions"]
    (schema,) = [each["schema"]["openAPIV3Schema"] for each in versions if each["name"] == "v1"]
    _refuse_unknown(schema)
    schema["properties"]["metadata"] = {}
    return dict(schema)


def _refuse_unknown(schema: Any) -> None:
    if isinstance(schema, list):
        for each in schema:
            _refuse_unknown(each)
    if isinstance(schema, dict):
        if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
        for name, each in schema.items():
            if name != "additionalProperties":
                _refuse_unknown(each)


def test_the_job_for_ray_has_the_form_that_kuberay_expects(ray_job_schema: dict[str, Any]) -> None:
    job = yaml.safe_load((RAY / "rayjob.yaml").read_text())
    wrong = json.loads(json.dumps(job))
    wrong["spec"]["rayClusterSpec"]["workerGroups"] = []

    check = jsonschema.Draft202012Validator(ray_job_schema)

    assert [error.message for error in check.iter_errors(job)] == []
    assert [error.message for error in check.iter_errors(wrong)] != []


def test_a_cluster_of_containers_has_no_port_no_rights_and_reports_nothing() -> None:
    services = yaml.safe_load((RAY / "compose.yml").read_text())["services"]

    for service in services.values():
        assert "ports" not in service
        assert service["profiles"] == ["ray"]
        assert (service["user"], service["read_only"], service["cap_drop"]) == ("10001:10001", True, ["ALL"])
        assert service["environment"]["RAY_USAGE_STATS_ENABLED"] == "0"
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not answers(port, "/readyz"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
