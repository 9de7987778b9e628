"""The contract of every object store, written once as tests; a class for each store runs them all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from collector.storage.object_store import BadKey, NoSuchObject, ObjectStore

BAD_KEYS = (
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "../a",
    "a/../b",
    "a/./b",
    "a b",
    "a\\b",
    "a\n",
    "a\0b",
    "é",
    "~a",
    "a?b",
    "a%2fb",
    "x" * 256,
    "a/" * 512 + "b",
)


class ObjectStoreContract:
    """Subclasses have a fixture `store`: an `ObjectStore` with nothing in it."""

    def test_an_object_is_read_as_it_was_put(self, store: ObjectStore) -> None:
        store.put("drawings/v1/a.json", b"{}")

        assert store.get("drawings/v1/a.json") == b"{}"

    def test_a_put_takes_the_place_of_what_was_there(self, store: ObjectStore) -> None:
        store.put("a", b"a longer first body")

        store.put("a", b"second")

        assert store.get("a") == b"second"
        assert list(store.keys()) == ["a"]

    def test_an_empty_body_is_an_object(self, store: ObjectStore) -> None:
        store.put("arrivals/v1/x", b"")

        assert store.get("arrivals/v1/x") == b""
        assert list(store.keys()) == ["arrivals/v1/x"]

    def test_bytes_of_every_value_come_back_as_they_were(self, store: ObjectStore) -> None:
        body = bytes(range(256)) * 300 + b"\r\n\x1a\x00"

        store.put("a.png", body)

        assert store.get("a.png") == body

    def test_getting_what_is_not_there_says_so(self, store: ObjectStore) -> None:
        store.put("a/b", b"1")

        for key in ("b", "a", "a/c", "a/b/c"):
            with pytest.raises(NoSuchObject, match=key):
                store.get(key)

    def test_a_deleted_object_is_gone(self, store: ObjectStore) -> None:
        store.put("a/b", b"1")
        store.put("a/c", b"2")

        store.delete("a/b")

        assert list(store.keys()) == ["a/c"]
        with pytest.raises(NoSuchObject):
            store.get("a/b")

    def test_deleting_twice_or_what_never_was_is_no_error(self, store: ObjectStore) -> None:
        store.put("a/b", b"1")

        for key in ("a/b", "a/b", "never", "never/was", "a"):
            store.delete(key)

        assert list(store.keys()) == []

    def test_an_empty_store_has_no_keys(self, store: ObjectStore) -> None:
        assert list(store.keys()) == []
        assert list(store.keys("drawings/")) == []

    def test_keys_come_in_code_point_order_whatever_order_they_were_put_in(self, store: ObjectStore) -> None:
        # "-" and "." sort before "/", so that folders can't simply be walked by name.
        keys = ["A", "Z/z", "a-b", "a.b", "a/b", "a/b.c", "a/b0/x", "a/c/d", "a0", "a_b", "ab", "b"]
        for key in reversed(keys):
            store.put(key, b"")

        assert list(store.keys()) == keys

    def test_a_prefix_may_end_anywhere(self, store: ObjectStore) -> None:
        for key in ("m/a/1", "m/a/2", "m/ab/1", "m/b", "ma", "n/m/a"):
            store.put(key, b"")

        assert list(store.keys("m/a/")) == ["m/a/1", "m/a/2"]
        assert list(store.keys("m/a")) == ["m/a/1", "m/a/2", "m/ab/1"]
        assert list(store.keys("m")) == ["m/a/1", "m/a/2", "m/ab/1", "m/b", "ma"]
        assert list(store.keys("m/a/1")) == ["m/a/1"]
        assert list(store.keys("m/a/1/")) == []
        assert list(store.keys("m/x/")) == []

    def test_keys_after_a_key_leave_it_and_all_before_it_out(self, store: ObjectStore) -> None:
        for key in ("a/1", "a/2", "b/1", "b/2", "c"):
            store.put(key, b"")

        assert list(store.keys(after="a/2")) == ["b/1", "b/2", "c"]
        assert list(store.keys(after="a/1.5")) == ["a/2", "b/1", "b/2", "c"]
        assert list(store.keys(after="a")) == ["a/1", "a/2", "b/1", "b/2", "c"]
        assert list(store.keys("b/", after="b/1")) == ["b/2"]
        assert list(store.keys("b/", after="a/1")) == ["b/1", "b/2"]
        assert list(store.keys("b/", after="c")) == []
        assert list(store.keys(after="c")) == []

    def test_more_keys_than_a_page_holds_come_once_each_and_in_order(self, store: ObjectStore) -> None:
        keys = [f"arrivals/v1/{i:05d}" for i in range(1050)]
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda key: store.put(key, b""), keys))

        assert list(store.keys("arrivals/v1/")) == keys
        assert list(store.keys("arrivals/", after=keys[20])) == keys[21:]

    def test_a_key_that_some_store_could_not_hold_is_refused(self, store: ObjectStore) -> None:
        for key in BAD_KEYS:
            with pytest.raises(BadKey):
                store.put(key, b"")
            with pytest.raises(BadKey):
                store.get(key)
            with pytest.raises(BadKey):
                store.delete(key)

        assert list(store.keys()) == []

    def test_a_prefix_that_no_key_can_have_finds_nothing(self, store: ObjectStore) -> None:
        store.put("a/b", b"")

        for prefix in ("../", "/", "a//", "./a", "~"):
            assert list(store.keys(prefix)) == []

    def test_a_reader_never_sees_a_part_of_an_object(self, store: ObjectStore) -> None:
        bodies = [bytes([i]) * 200_000 for i in range(24)]
        store.put("champion", bodies[0])

        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(lambda: [store.put("champion", body) for body in bodies])
            seen = [store.get("champion")]
            while not writer.done():
                seen.append(store.get("champion"))
            writer.result()

        assert all(len(body) == 200_000 and body == body[:1] * 200_000 for body in seen)
        assert store.get("champion") == bodies[-1]

    def test_many_threads_put_at_once_and_nothing_is_lost(self, store: ObjectStore) -> None:
        keys = [f"samples/{i % 4}/{i // 4:02d}/{i:03d}.png" for i in range(120)]

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda key: store.put(key, key.encode()), keys))

        assert list(store.keys()) == sorted(keys)
        assert all(store.get(key) == key.encode() for key in keys)

    def test_of_puts_under_one_key_at_once_one_is_kept_whole(self, store: ObjectStore) -> None:
        bodies = [bytes([i]) * 50_000 for i in range(16)]

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda body: store.put("a/same", body), bodies))

        assert store.get("a/same") in bodies
        assert list(store.keys()) == ["a/same"]
