from __future__ import annotations

from dataclasses import replace

from infra.harness.champions import shipped_artifact
from service.http.schemas import PublishedVersion
from tests.service.serving import Service


def listed(service: Service) -> list[PublishedVersion]:
    return [PublishedVersion.model_validate(each) for each in service.call("GET", "/versions").json]


def test_versions_are_listed_newest_first_with_the_refused_ones(service: Service) -> None:
    shipped = shipped_artifact("softmax")
    earlier = shipped.card.metrics
    refused = replace(
        shipped.card,
        version="20991231T235959Z-abcdef",
        replaces=shipped.card.version,
        gate={"accepted": False, "reasons": ["Failed: the new drawings: 61.0 % read correctly."]},
        metrics=replace(earlier, mean=0.5),
    )
    service.registry.publish(replace(shipped, card=refused), {})

    versions = listed(service)

    newest = versions[0]
    assert (newest.version, newest.accepted, newest.serving) == (refused.version, False, False)
    assert newest.reasons == ["Failed: the new drawings: 61.0 % read correctly."]
    assert (newest.mean, newest.mean_before) == (0.5, earlier.mean)
    assert [each.version for each in versions] == sorted((each.version for each in versions), reverse=True)
    assert [each.version for each in versions if each.family == "softmax" and each.serving] == [shipped.card.version]


def test_a_damaged_card_does_not_hide_the_others(service: Service) -> None:
    service.store.put("models/softmax/20991231T235959Z-abcdef/card.json", b"{")

    assert shipped_artifact("softmax").card.version in [each.version for each in listed(service)]
