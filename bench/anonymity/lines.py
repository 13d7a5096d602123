# SPDX-License-Identifier: GPL-2.0
"""Lines of closed forms, and simulated points with their intervals, as SVG."""
from html import escape
from math import log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 380, 60, 190, 44, 40
COLOURS = "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"


def lines(title, series, low, high, log=False):
    """@series: (name, [(x, simulated, low, high, predicted or None)]); @low, @high of x, of its log10 if @log."""
    def place(x):
        return LEFT + ((log10(x) if log else x) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def level(y):
        return TOP + (1 - y) * (HEIGHT - TOP - BOTTOM)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>']
    for tick in range(0, 11, 2):
        y = level(tick / 10)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick / 10:g}</text>')
    for x in dict.fromkeys(p[0] for _, points in series for p in points):
        out.append(f'<text x="{place(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:g}</text>')
    for i, (name, points) in enumerate(series):
        colour = COLOURS[i % len(COLOURS)]
        path = " ".join(f"{place(x):.1f},{level(form):.1f}" for x, _, _, _, form in points if form is not None)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>'
                   f'<text x="{WIDTH - RIGHT + 16}" y="{TOP + 16 * i + 12}" fill="{colour}">{escape(name)}</text>')
        for x, got, least, most, _ in points:
            out.append(f'<line x1="{place(x):.1f}" x2="{place(x):.1f}" y1="{level(least):.1f}" y2="{level(most):.1f}" '
                       f'stroke="{colour}"/><circle cx="{place(x):.1f}" cy="{level(got):.1f}" r="3" fill="{colour}"/>')
    out.append(f'<text x="{WIDTH - RIGHT + 16}" y="{HEIGHT - BOTTOM}">lines: closed forms;</text>'
               f'<text x="{WIDTH - RIGHT + 16}" y="{HEIGHT - BOTTOM + 15}">points: simulated, 99 %</text>')
    return "\n".join([*out, "</svg>", ""])
