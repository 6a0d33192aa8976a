"""Outcomes stay apart without their hues: for red-green blindness, in both themes."""

import itertools

import pytest

# Viénot, Brettel and Mollon 1999, in linear sRGB.
BLIND = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}
FILLS = ("--pass-fill", "--fail-fill", "--no-data-fill")

READ = """name => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


def linear(channel):
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def seen(colour, matrix):
    values = [linear(channel) for channel in colour]
    return [sum(weight * value for weight, value in zip(row, values, strict=True)) for row in matrix]


def lightness(colour):
    luminance = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
    return 116 * max(luminance, 0) ** (1 / 3) - 16


def distance(one, other):
    """How far apart two linear colours are, in the units of CIELAB."""

    def lab(colour):
        red, green, blue = (max(part, 0) for part in colour)
        x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
        y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
        root = [part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z)]
        return 116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])

    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_outcomes_stay_apart_for_red_green_blindness(visit, theme):
    window = visit(theme)
    window.page.goto("/sign-in")
    colours = {name: window.page.evaluate(READ, name) for name in FILLS}
    for blindness, matrix in BLIND.items():
        for one, other in itertools.combinations(FILLS, 2):
            apart = distance(seen(colours[one], matrix), seen(colours[other], matrix))
            assert apart > 15, f"{one} and {other} in {theme} for {blindness}: {apart:.0f}"
