#!/usr/bin/env python3
"""Draws docs/music.svg from a run folder: recall@20 over seconds of training, both losses, three seeds each.

    bench/picture.py bench/runs/FOLDER docs/music.svg
"""
import json
import pathlib
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 300, 56, 150, 34, 44


def curve(path):
    """Seconds of training so far and recall@20, for each evaluated epoch."""
    seconds, points = 0.0, []
    for epoch in json.loads(path.read_text())["epochs"]:
        seconds += epoch["seconds"]
        metrics = epoch.get("valid") or epoch.get("test")
        if metrics:
            points.append((seconds, metrics["recall@20"]))
    return points


def main():
    folder, out = map(pathlib.Path, sys.argv[1:3])
    losses = {"softmax": "softmax over 1,024 negatives", "bpr": "BPR, as published"}
    curves = {name: [curve(p) for p in sorted(folder.glob(f"music-{name}-seed-*.json"))] for name in losses}
    last = max(x for runs in curves.values() for run in runs for x, _ in run)
    top = 0.05 * (1 + max(y for runs in curves.values() for run in runs for _, y in run) // 0.05)
    x_of = lambda x: LEFT + (WIDTH - LEFT - RIGHT) * x / last
    y_of = lambda y: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        "<title>recall@20 over seconds of training on HetRec Last.FM</title>",
        "<style>text{fill:#444}.axis{stroke:#bbb}.bpr{stroke:#8a6fc0}.softmax{stroke:#d0603a}path{fill:none;stroke-width:1.6;opacity:.8}"
        "@media(prefers-color-scheme:dark){text{fill:#ccc}.axis{stroke:#555}}</style>",
        f'<text x="{LEFT}" y="18">recall@20 on HetRec Last.FM (test part, selected on it as published), two CPU threads</text>',
    ]
    for k in range(round(top / 0.1) + 1):
        y = y_of(0.1 * k)
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{0.1 * k:.1f}</text>')
    for k in range(0, int(last) + 1, 10):
        parts.append(f'<text x="{x_of(k):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{k}</text>')
    parts.append(f'<text x="{x_of(last / 2):.1f}" y="{HEIGHT - 8}" text-anchor="middle">seconds of training</text>')
    for name, label in losses.items():
        for run in curves[name]:
            points = " L".join(f"{x_of(x):.1f} {y_of(y):.1f}" for x, y in run)
            parts.append(f'<path class="{name}" d="M{points}"/>')
        x, y = max((run[-1] for run in curves[name]), key=lambda point: point[0])
        parts.append(f'<text x="{x_of(x) + 8:.1f}" y="{y_of(y) + 4:.1f}">{label}</text>')
    parts.append("</svg>")
    out.parent.mkdir(exist_ok=True)
    out.write_text("\n".join(parts) + "\n")


main()
