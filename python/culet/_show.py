"""Answers that print well, and draw in a notebook."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ._frames import text_table

_STYLE = "text-align:left;padding:2px 12px 2px 0;border:none"


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in HTML."""

    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(f'<{tag} style="{_STYLE}">{escape(cell)}</{tag}>' for cell in row)

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def bars(rows: Sequence[Tuple[str, float]], form: str = "{:+.4f}") -> str:
    """A bar chart in SVG: a labelled bar a row, to the right what adds and to the left what takes away."""
    if not rows:
        return ""
    reach = max(max(abs(value) for _, value in rows), 1e-12)
    least = min(0.0, min(value for _, value in rows))
    most = max(0.0, max(value for _, value in rows))
    label_width, width, height = 260, 360, 22
    scale = width / max(most - least, reach * 1e-9, 1e-12)
    zero = label_width - least * scale
    parts = []
    for k, (label, value) in enumerate(rows):
        top = k * height + 4
        left = min(zero, zero + value * scale)
        colour = "#2b7bba" if value >= 0 else "#c8553d"
        shown = label if len(label) <= 36 else label[:35] + "…"
        parts.append(
            f'<text x="{label_width - 8}" y="{top + 11}" text-anchor="end">{escape(shown)}</text>'
            f'<rect x="{left:.1f}" y="{top}" width="{max(abs(value) * scale, 1):.1f}" height="14" fill="{colour}">'
            f"<title>{escape(label)}: {form.format(value)}</title></rect>"
            f'<text x="{label_width + width + 8}" y="{top + 11}">{form.format(value)}</text>'
        )
    total = len(rows) * height + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {label_width + width + 80} {total}" '
        f'style="max-width:{label_width + width + 80}px;width:100%;font:12px sans-serif;fill:currentColor">'
        + "".join(parts)
        + "</svg>"
    )


class Answer(Mapping[str, Any]):
    """A document of ids, names and numbers: a mapping that prints as text.

    Attributes
    ----------
    data : dict
        The document, as ``culet ... --json`` tells it.
    """

    def __init__(self, data: Dict[str, Any]) -> None:
        self.data = data

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def _ipython_key_completions_(self) -> List[str]:
        return list(self.data)


def _label(node: Mapping[str, Any]) -> str:
    return str(node.get("name") or node["id"])


class Explanation(Answer):
    """Why an item is recommended, or why two nodes may be linked: parts that add up to the score.

    Attributes
    ----------
    score : float
        The score that is explained.
    parts : list of (str, float)
        What adds to it and takes away, strongest first; they add up to `score`.
    text : str
        All of it in one line.
    data : dict
        The whole document: paths of facts, intents, shared aspects, nodes between.
    """

    @property
    def score(self) -> float:
        return float(self.data["score"])

    @property
    def text(self) -> str:
        return str(self.data["text"])

    @property
    def parts(self) -> List[Tuple[str, float]]:
        if "source" in self.data:
            told = [(term["name"], term["contribution"]) for term in self.data.get("terms", [])]
            return [*told, ("an average pair", float(self.data["base"]))]
        told = [(_label(part), part["contribution"]) for part in self.data["from_history"]]
        own = float(self.data["own"])
        return [*told, ("all else", own)] if own != 0.0 else told

    def _head(self) -> str:
        if "source" in self.data:
            linked = "linked" if self.data["linked"] else "not linked"
            return f"{_label(self.data['source'])} and {_label(self.data['target'])} ({linked}), score {self.score:.4f}"
        user = self.data.get("user")
        who = f" for {_label(user)}" if user else ""
        return f"{_label(self.data['item'])}{who}, score {self.score:.4f}"

    def __repr__(self) -> str:
        rows = [[name, f"{value:+.4f}"] for name, value in self.parts[:12]]
        more = len(self.parts) - len(rows)
        text = f"{self._head()}\n{self.text}\n\n" + (text_table(["because of", "adds"], rows) if rows else "")
        text += f"... and {more} more\n" if more > 0 else ""
        return text + (f"intents: {self._intents()}\n" if self.data.get("intents") else "")

    def _intents(self) -> str:
        """The strongest intents of the user, in one line."""
        return "; ".join(f"{one['share']:.0%} {_relations(one)}" for one in self.data["intents"][:2])

    def _repr_html_(self) -> str:
        intents = f"<p>intents: {escape(self._intents())}</p>" if self.data.get("intents") else ""
        return f"<p><b>{escape(self._head())}</b><br>{escape(self.text)}</p>{bars(self.parts[:12])}{intents}"


class Facets(Answer):
    """The intents of users, the aspects of a node, or the groups of a network.

    Attributes
    ----------
    data : dict
        The whole document.
    """

    def _rows(self) -> Tuple[List[str], List[List[str]], List[Tuple[str, float]]]:
        data = self.data
        if "intents" in data:
            rows = [[str(one["intent"]), f"{one['share']:.1%}", _relations(one)] for one in data["intents"]]
            shares = [(f"{one['intent']}: {_relations(one)}", one["share"]) for one in data["intents"]]
            return ["intent", "share", "follows"], rows, shares
        if "facets" in data:
            rows = [[str(one["aspect"]), f"{one['share']:.1%}", _typical(one)] for one in data["facets"]]
            return ["aspect", "share", "typical contexts"], rows, [(f"{r[0]}: {r[2]}", one["share"]) for r, one in zip(rows, data["facets"])]
        rows = [[str(one["group"]), f"{one['nodes']:,}", _typical(one)] for one in data["groups"]]
        return ["group", "nodes", "typical"], rows, [(f"{r[0]}: {r[2]}", float(one["nodes"])) for r, one in zip(rows, data["groups"])]

    def __repr__(self) -> str:
        head, rows, _ = self._rows()
        return text_table(head, rows)

    def _repr_html_(self) -> str:
        head, rows, shares = self._rows()
        return html_table(head, rows) + bars(shares[:20], "{:,.0f}" if "groups" in self.data else "{:.1%}")


def _typical(one: Mapping[str, Any]) -> str:
    return ", ".join(_label(node) for node in one["typical"][:5])


def _relations(intent: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {weight:.0%}" for name, weight in intent["relations"][:4])


class Metrics(Mapping[str, float]):
    """What an evaluation found: a mapping from a metric, such as ``recall@20``, to its mean over users.

    Attributes
    ----------
    n_users : int
        Users (or pairs) that were judged on.
    per_user : table
        A row a user: ``user_id``, ``n_targets`` and a column for each metric; of networks None.
    scorers : list of dict
        Of networks: the run's own score first, its parts, then the simple scores.
    """

    def __init__(self, means: Mapping[str, float], n_users: int, per_user: Any = None, scorers: Sequence[Any] = ()) -> None:
        self._means = dict(means)
        self.n_users = n_users
        self.per_user = per_user
        self.scorers = list(scorers)

    def __getitem__(self, key: str) -> float:
        try:
            return self._means[key]
        except KeyError:
            raise KeyError(f"there is no metric `{key}`, there are {', '.join(self._means)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._means)

    def __len__(self) -> int:
        return len(self._means)

    def _rows(self) -> Tuple[List[str], List[List[str]]]:
        if self.scorers:
            rows = [[one["name"], f"{one['auc']:.4f}", f"{one['average_precision']:.4f}"] for one in self.scorers]
            return ["scorer", "auc", "average precision"], rows
        cutoffs = sorted({int(key.split("@")[1]) for key in self._means if "@" in key})
        names = list(dict.fromkeys(key.split("@")[0] for key in self._means))

        def cell(key: str) -> str:
            return f"{self._means[key]:.4f}" if key in self._means else ""

        cells = [[name, *(cell(f"{name}@{k}") for k in cutoffs)] for name in names]
        return ["metric", *(f"@{k}" for k in cutoffs)], cells

    def __repr__(self) -> str:
        return text_table(*self._rows()) + (f"{self.n_users:,} users" if not self.scorers else f"{self.n_users:,} pairs")

    def _repr_html_(self) -> str:
        return html_table(*self._rows())
