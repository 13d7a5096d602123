# SPDX-License-Identifier: GPL-2.0
"""Box plots as SVG: quartiles, and whiskers from the least to the greatest."""
from html import escape

WIDTH, ROW, LEFT, RIGHT, TOP = 760, 26, 190, 20, 44


def quartiles(values):
    v = sorted(values)

    def at(q):
        place = q * (len(v) - 1)
        low = int(place)
        return v[low] + (v[min(low + 1, len(v) - 1)] - v[low]) * (place - low)
    return [at(q) for q in (0, 0.25, 0.5, 0.75, 1)]


def boxes(title, rows, low, high, step):
    """@rows: (name, values); an axis from @low to @high."""
    def x(value):
        return LEFT + (min(max(value, low), high) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    height = TOP + ROW * len(rows) + 30
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
           'font-size="12">', f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>']
    bottom = TOP + ROW * len(rows)
    tick = low
    while tick <= high + 1e-9:
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 8}" y2="{bottom}" stroke="#ddd"/>'
                   f'<text x="{x(tick):.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
        tick += step
    for i, (name, values) in enumerate(rows):
        q = [x(v) for v in quartiles(values)]
        y = TOP + ROW * i + ROW / 2
        out.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>'
                   f'<line x1="{q[0]:.1f}" x2="{q[4]:.1f}" y1="{y}" y2="{y}" stroke="black"/>'
                   f'<rect x="{q[1]:.1f}" y="{y - 7}" width="{max(q[3] - q[1], 1):.1f}" height="14" fill="#9ecae1" '
                   f'stroke="black"/><line x1="{q[2]:.1f}" x2="{q[2]:.1f}" y1="{y - 7}" y2="{y + 7}" stroke="black" '
                   'stroke-width="2"/>')
    return "\n".join([*out, "</svg>", ""])
