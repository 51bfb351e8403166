"""Markdown put into WhatsApp's own form, whoever carries it there.

WhatsApp knows `*bold*`, `_italic_`, `~strike~`, code in backticks, `- ` and `1. ` lists and
`> ` quotes (WhatsApp Help: How to format your messages, read 2026-11). It has no escapes, no
links with labels, no headings and no tables.

No word is ever lost: a block whose words would not all survive stays as it was written.
"""

import html
from collections.abc import Sequence

import regex
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from typing_extensions import override

_MARKS = {"strong": "*", "em": "_", "s": "~"}
_WORD = regex.compile(r"[^\W_]+")
# Letters that join to the next; the scripts left out are written without spaces.
_JOINING = regex.compile(
    r"[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]", regex.VERSION1
)
_CODE = "```"
# The same to the eye, but no end of the code.
_CODE_IN_CODE = "`\u200b`\u200b`"


def whatsapp_text(markdown: str) -> str:
    """Put Markdown into WhatsApp's form; plain text stays as it is, HTML is plain text."""
    source = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    root = SyntaxTreeNode(_PARSER.parse("\n".join(source)))
    return _stacked([(node, _kept(node, source)) for node in root.children], source)


class _Parser(MarkdownIt):
    """Reads Markdown as models write it, and leaves link targets as they are."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"])
        # Indented text, underlined text and `[1]: …` lines are more often meant as they look.
        self.disable(["code", "lheading", "reference"])

    @override
    def normalizeLink(self, url: str) -> str:
        return url


_PARSER = _Parser()


def _kept(node: SyntaxTreeNode, source: Sequence[str]) -> str:
    """Write a block, or leave it as it is where the parser dropped some of its words."""
    start, end = node.map or (0, 0)
    written = "\n".join(source[start:end]).strip("\n")
    block = _block(node, source)
    return block if _words(html.unescape(written)) <= _words(block) else written


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def _stacked(blocks: Sequence[tuple[SyntaxTreeNode, str]], source: Sequence[str]) -> str:
    """Put blocks under each other, with a blank line where the source has one."""
    text = ""
    for node, block in blocks:
        above = node.map[0] - 1 if node.map else 0
        gap = "\n" if source[above].strip("> \t") else "\n\n"
        text = f"{text}{gap}{block}" if text else block
    return text


def _block(node: SyntaxTreeNode, source: Sequence[str]) -> str:
    match node.type:
        case "heading":
            text = _marked("*", _inline(node.children[0].children, within="*"))
        case "fence":
            text = _code(node)
        case "hr":
            text = "---"
        case "table":
            text = _table(node)
        case "blockquote":
            text = _indented(_inside(node, source), first="> ", others="> ")
        case "bullet_list" | "ordered_list":
            text = _list(node, source)
        case _:
            text = _inline(node.children[0].children)
    return text


def _inside(node: SyntaxTreeNode, source: Sequence[str]) -> str:
    return _stacked([(child, _block(child, source)) for child in node.children], source)


def _indented(text: str, *, first: str, others: str) -> str:
    return "\n".join(
        f"{others if number else first}{line}".rstrip()
        for number, line in enumerate(text.split("\n"))
    )


def _list(node: SyntaxTreeNode, source: Sequence[str]) -> str:
    number = int(node.attrs.get("start", 1))
    items = []
    for item in node.children:
        bullet = f"{number}. " if node.type == "ordered_list" else "- "
        text = _indented(_inside(item, source), first=bullet, others=" " * len(bullet))
        items.append((item, text))
        number += 1
    return _stacked(items, source)


def _code(node: SyntaxTreeNode) -> str:
    """Write code under the name of its language, which WhatsApp has no place for."""
    code = node.content.rstrip("\n").replace(_CODE, _CODE_IN_CODE)
    language = f"_{info}_\n" if (info := node.info.strip()) else ""
    return f"{language}{_CODE}\n{code}\n{_CODE}"


def _table(node: SyntaxTreeNode) -> str:
    """Write a row a line, each cell behind its column's name: a phone is too narrow for more."""
    names, *rows = [
        [_inline(cell.children[0].children) for cell in row.children]
        for section in node.children
        for row in section.children
    ]
    if not rows:
        return "- " + " · ".join(names)
    return "\n".join(
        "- "
        + " · ".join(
            f"{name}: {cell}" if name else cell
            for name, cell in zip(names, row, strict=True)
            if cell
        )
        for row in rows
    )


def _inline(nodes: Sequence[SyntaxTreeNode], *, within: str = "") -> str:
    """Write a line's contents; marks that already hold around it are not written again."""
    inner = [_span(node, within=within) for node in nodes]
    text = ""
    for number, (node, span) in enumerate(zip(nodes, inner, strict=True)):
        mark = _MARKS.get(node.type)
        if mark is None:
            text += span
        elif _joined(text[-1:]) or _joined(_following(inner, number)[:1]):
            # Not a mark for WhatsApp, and perhaps for nobody: `2*3*4`.
            text += f"{node.markup}{span}{node.markup}"
        else:
            text += span if mark in within else _marked(mark, span)
    return text


def _following(spans: Sequence[str], number: int) -> str:
    return next((span for span in spans[number + 1 :] if span), "")


def _joined(neighbour: str) -> bool:
    return _JOINING.fullmatch(neighbour) is not None


def _marked(mark: str, text: str) -> str:
    """Mark each line for itself, since WhatsApp ends a mark with its line."""
    return "\n".join(
        f"{mark}{line.strip()}{mark}" if line.strip() else line for line in text.split("\n")
    )


def _span(node: SyntaxTreeNode, *, within: str) -> str:
    """Write what stands between two marks, or has none."""
    match node.type:
        case "strong" | "em" | "s":
            return _inline(node.children, within=within + _MARKS[node.type])
        case "code_inline":
            return node.content if "`" in node.content else f"`{node.content}`"
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            return _link(_inline(node.children, within=within), node, target="href")
        case "image":
            return _link(_inline(node.children, within=within), node, target="src")
        case _:
            return node.content


def _link(label: str, node: SyntaxTreeNode, *, target: str) -> str:
    """Write `label (url)`, or only the one that says both."""
    url, title = str(node.attrs.get(target, "")), str(node.attrs.get("title", ""))
    if url == f"mailto:{label}":
        return label
    if not label or node.markup == "autolink" or url in (label, f"https://{label}"):
        label = ""
    details = ", ".join(detail for detail in (url, title) if detail)
    return f"{label} ({details})" if label and details else label or details
