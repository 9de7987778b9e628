"""Varies how people write each digit: bars, hats, feet, flags, loops and tails."""

from __future__ import annotations

import numpy as np

from training.data.augmentation.geometry import Line, Rng, Strokes, curve, join, length_of, norm, sharpest

MIRROR_ROUND = 0.10  # a 0 or an 8 drawn the other way round
SLASHED_ZERO = 0.015
FLAG, FOOT, JOINED_FOOT, PLAIN_ONE, UPWARD_ONE = 0.12, 0.15, 0.4, 0.10, 0.03
LOOP_TWO, BASE_TWO, HOOKLESS_TWO = 0.15, 0.30, 0.10
WAIST_THREE = 0.30
LIGHTNING_FOUR, MOVE_STEM_FOUR = 0.10, 0.30
LIFT_HAT, JOIN_HAT = 0.30, 0.25
BAR_SEVEN, UNBAR_SEVEN, SERIF_SEVEN = 0.15, 0.20, 0.08
TAIL_NINE, OPEN_NINE, TURNED_NINE, LIFTED_NINE = 0.30, 0.12, 0.12, 0.06
FROM_LOOP_SIX, TURNED_SIX = 0.03, 0.06


def change_habit(strokes: Strokes, label: int, rng: Rng, strength: float) -> Strokes:
    """Edits that turn one common way to write this digit into another; none of what is no digit."""
    return HABITS[label](strokes, rng, strength) if label < len(HABITS) else strokes


def habit_of_round(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    """A 0 or 8, nearly its own mirror image, drawn the other way round or from below."""
    if rng.random() < MIRROR_ROUND * strength:
        strokes = [s * np.array([-1.0, 1.0]) for s in strokes]
    if rng.random() < MIRROR_ROUND * strength / 2:
        strokes = [s[::-1] for s in strokes]
    return strokes


def habit_of_0(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    strokes = habit_of_round(strokes, rng, strength)
    if len(strokes) == 1 and rng.random() < SLASHED_ZERO * strength:
        wide = np.abs(strokes[0]).max(axis=0)
        slash = curve((wide[0], -wide[1]), (-wide[0], wide[1]))
        strokes = [*strokes, slash * rng.uniform(0.6, 1.2)]
    return strokes


def habit_of_1(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    if rng.random() < PLAIN_ONE * strength:
        line = max(strokes, key=len)
        top, bottom = line[line[:, 1].argmin()], line[line[:, 1].argmax()]
        strokes = [curve(tuple(top), tuple(bottom))]
    elif len(strokes) == 1 and is_straight(strokes[0]) and rng.random() < 2 * FLAG * strength:
        strokes = [add_flag(strokes[0], rng)]
    if len(strokes) == 1 and rng.random() < FOOT * strength:
        strokes = add_foot(strokes[0], rng)
    elif len(strokes) == 1 and rng.random() < UPWARD_ONE * strength:
        strokes = [strokes[0][::-1]]
    return strokes


def is_straight(line: Line) -> bool:
    return norm(line[-1] - line[0]) > 0.93 * length_of(line)


def add_flag(line: Line, rng: Rng) -> Line:
    """An upstroke before the stem of a 1, from a short tick to half of its height."""
    stem = line if line[0, 1] < line[-1, 1] else line[::-1]
    size = rng.uniform(0.1, 0.5)
    flag = stem[:1] + size * np.array([[-rng.uniform(0.35, 1.0), rng.uniform(0.3, 0.9)]])
    return join(flag, stem)


def add_foot(line: Line, rng: Rng) -> Strokes:
    """A line under a 1, as its own stroke or without lifting."""
    bottom = line[line[:, 1].argmax()]
    left, right = rng.uniform(0.1, 0.35, 2)
    tilt = rng.normal(0, 0.02, 2)
    foot = curve((bottom[0] - left, bottom[1] + tilt[0]), (bottom[0] + right, bottom[1] + tilt[1]))
    if rng.random() < JOINED_FOOT:
        return [join(line, foot)]
    return [line, foot if rng.random() < 0.9 else foot[::-1]]


def habit_of_2(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    line = strokes[0]
    corner = _lowest_left(line)
    if len(strokes) > 1 or corner is None:
        return strokes
    if rng.random() < BASE_TWO * strength:
        # A longer, shorter, flatter or wavier base than the writer's own.
        base = line[corner:] - line[corner]
        stretched = base * np.exp(rng.normal(0, [0.35, 0.5]))
        line = np.concatenate([line[:corner], line[corner] + stretched])
    if rng.random() < LOOP_TWO * strength:
        line = add_loop(line, corner, rng)
    if rng.random() < HOOKLESS_TWO * strength:
        line = line[int(rng.uniform(0.05, 0.28) * len(line)) :]
    return [line]


def _lowest_left(line: Line) -> int | None:
    """The point where a 2 turns into its base: the one furthest down and left in its second half."""
    if len(line) < 16:
        return None
    first, last = int(0.45 * len(line)), int(0.9 * len(line))
    return first + int((line[first:last, 1] - line[first:last, 0]).argmax())


def add_loop(line: Line, at: int, rng: Rng) -> Line:
    """A small loop in the corner at index `at`, turned as a 2's is: up, round to the right and through."""
    size = rng.uniform(0.04, 0.14)
    way = np.linspace(0, 2 * np.pi, 14)[1:-1]
    # From the corner out to the left and up, back over the stem, as the pen goes when it does not stop to turn.
    loop = np.stack([-np.sin(way) * size * rng.uniform(0.8, 2.0), (np.cos(way) - 1) * size], axis=1)
    return np.concatenate([line[: at + 1], line[at] + loop, line[at:]])


def habit_of_3(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    """The waist deeper, shallower or nearly gone."""
    if len(strokes) > 1 or rng.random() >= WAIST_THREE * strength:
        return strokes
    line = strokes[0]
    waist = sharpest(line, 0.3, 0.7)
    if waist is None:
        return strokes
    push = np.clip(rng.normal(0.05, 0.15), -0.2, 0.35)
    reach = 0.1 * len(line)
    near = np.exp(-((np.arange(len(line)) - waist) ** 2) / (2 * reach**2))
    return [line + np.stack([push * near, np.zeros(len(line))], axis=1)]


def habit_of_4(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    if len(strokes) == 2 and rng.random() < LIGHTNING_FOUR * strength:
        return lightning(strokes, rng)
    if len(strokes) == 2 and rng.random() < MOVE_STEM_FOUR * strength:
        # Open or closed, long or short: the stem moves against the angle.
        stem = strokes[1] * np.array([1.0, np.exp(rng.normal(0, 0.25))]) + rng.normal(0, [0.08, 0.10])
        strokes = [strokes[0], stem]
    return strokes


def lightning(strokes: Strokes, rng: Rng) -> Strokes:
    """A 4 in one go: down, across, and straight down from there without going back up."""
    angle, stem = strokes
    if stem[-1, 1] < stem[0, 1] or angle[-1, 0] < angle[0, 0] - 0.2:
        return strokes
    keep = len(angle) - int(rng.uniform(0, 0.2) * len(angle))
    end = angle[keep - 1]
    rise = rng.uniform(0.0, 0.15)
    below = stem[stem[:, 1] > end[1] + 0.05]
    if len(below) < 3:
        return strokes
    turn = end[None] + np.array([[rng.uniform(0, 0.06), -rise]])
    return [join(angle[:keep], turn, below + (end - below[0]) * [1, 0])]


def habit_of_5(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    if len(strokes) == 1 and rng.random() < LIFT_HAT * strength:
        return lift_hat(strokes[0], rng)
    if len(strokes) == 2 and rng.random() < JOIN_HAT * strength:
        return join_hat(strokes)
    return strokes


def lift_hat(line: Line, rng: Rng) -> Strokes:
    """A 5 in one stroke, its hat lifted off: drawn last, now and then first."""
    corner = sharpest(line, 0.08, 0.5)
    if corner is None or line[0, 0] < line[corner, 0] + 0.1:
        return [line]
    hat, body = line[: corner + 1][::-1], line[corner:]
    hat = hat + rng.normal(0, 0.03, 2)
    return [body, hat] if rng.random() < 0.85 else [hat, body]


def join_hat(strokes: Strokes) -> Strokes:
    """A 5 whose hat was its own stroke, drawn in one: the hat from right to left, then the body."""
    body, hat = sorted(strokes, key=len, reverse=True)
    if len(hat) > 0.6 * len(body):
        return strokes
    hat = hat if hat[0, 0] > hat[-1, 0] else hat[::-1]
    return [join(hat, body)]


def habit_of_6(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    if len(strokes) == 1 and rng.random() < FROM_LOOP_SIX * strength:
        strokes = [strokes[0][::-1]]
    elif len(strokes) == 1 and rng.random() < TURNED_SIX * strength:
        # The loop the other way round: a 9 with its loop turned, seen backwards.
        strokes = [turn_loop(strokes[0][::-1])[::-1]]
    return strokes


def loop_end(line: Line) -> int | None:
    """Index where the line comes back to its start, None where it stays more than 0.2 away."""
    first, last = int(0.3 * len(line)), int(0.85 * len(line))
    if last - first < 4:
        return None
    away = np.abs(line[first:last] - line[0]).sum(axis=1)
    return first + int(away.argmin()) if away.min() < 0.2 else None


def turn_loop(line: Line) -> Line:
    """The loop that the line begins with drawn the other way round, then on as before."""
    end = loop_end(line)
    return line if end is None else join(line[: end + 1][::-1], line[end:])


def habit_of_7(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    if len(strokes) == 2 and rng.random() < UNBAR_SEVEN * strength and len(strokes[1]) < 0.5 * len(strokes[0]):
        strokes = strokes[:1]
    elif len(strokes) == 1 and rng.random() < BAR_SEVEN * strength:
        strokes = [strokes[0], bar_of(strokes[0], rng)]
    if rng.random() < SERIF_SEVEN * strength:
        drop = np.array([[rng.normal(-0.02, 0.04), rng.uniform(0.06, 0.22)]])
        strokes = [join(strokes[0][:1] + drop, strokes[0]), *strokes[1:]]
    return strokes


def bar_of(line: Line, rng: Rng) -> Line:
    """A bar across the stem of a 7, mostly from left to right and a little up."""
    at = line[int(rng.uniform(0.5, 0.88) * len(line))]
    half = rng.uniform(0.1, 0.38)
    tilt = rng.normal(0.03, 0.06)
    shift = rng.normal(0, 0.05)
    bar = curve((at[0] - half + shift, at[1] + tilt), (at[0] + half + shift, at[1] - tilt))
    return bar if rng.random() < 0.9 else bar[::-1]


def habit_of_9(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    if rng.random() < TAIL_NINE * strength:
        # The tail below the middle: swept left, straightened or hooked.
        sweep, hook = rng.normal(0, [0.25, 0.5])
        strokes = [_sweep_below(s, sweep, hook) for s in strokes]
    if len(strokes) == 1 and len(strokes[0]) > 16 and rng.random() < OPEN_NINE * strength:
        # The loop begun late: it stays open.
        strokes = [strokes[0][int(rng.uniform(0.03, 0.2) * len(strokes[0])) :]]
    if len(strokes) == 1 and rng.random() < TURNED_NINE * strength:
        strokes = [turn_loop(strokes[0])]
    if len(strokes) == 1 and rng.random() < LIFTED_NINE * strength:
        end = loop_end(strokes[0])
        strokes = strokes if end is None else [strokes[0][: end + 1], strokes[0][max(0, end - 2) :]]
    return strokes


def _sweep_below(line: Line, sweep: float, hook: float) -> Line:
    below = np.maximum(line[:, 1], 0)
    return line + np.stack([sweep * below + hook * below**2, np.zeros(len(line))], axis=1)


HABITS = [
    habit_of_0, habit_of_1, habit_of_2, habit_of_3, habit_of_4,
    habit_of_5, habit_of_6, habit_of_7, habit_of_round, habit_of_9,
]  # fmt: skip
