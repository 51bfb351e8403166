"""The small faults that are put into a module: one at a time, each where it changes something.

Annotations, decorators, docstrings and texts stay as they are, and so does what no test can
reach (`case never`).
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNTOUCHED = frozenset({"annotation", "returns", "decorator_list", "type_params", "bases"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one fault in it.

    Attributes:
        line: Where the fault is.
        change: What stood there and what stands there now.
        tree: All of the module.
    """

    line: int
    change: str
    tree: ast.Module = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Fault:
    """One node of a tree put in the place of another."""

    old: ast.AST
    new: ast.AST


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, from its first line to its last."""
    tree = ast.parse(source)
    for place, node in enumerate(_nodes(tree)):
        for fault in _faults(node):
            changed = deepcopy(tree)
            target = next(one for at, one in enumerate(_nodes(changed)) if at == place)
            _become(target, fault.new)
            yield Mutant(
                line=_line(node),
                change=f"{_shown(fault.old)} -> {_shown(fault.new)}",
                tree=ast.fix_missing_locations(changed),
            )


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that may be changed, in the order of the text."""
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_out_of_reach(child):
                yield child
                yield from _nodes(child)


def _is_out_of_reach(node: ast.AST) -> bool:
    match node:
        case ast.match_case(pattern=ast.MatchAs(name="never")):
            return True
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case _:
            return False


def _faults(node: ast.AST) -> Iterator[_Fault]:
    """What a node may become."""
    for changed in (_changed_operators, _changed_values, _changed_statements):
        for new in changed(node):
            yield _Fault(node, new)


def _changed_operators(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=comparators):
            for other in _COMPARISONS[type(operator)]:
                yield ast.Compare(left=left, ops=[other()], comparators=comparators)
        case ast.BoolOp(op=operator, values=values):
            both = isinstance(operator, ast.And)
            yield ast.BoolOp(op=ast.Or() if both else ast.And(), values=values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            yield ast.BinOp(left=left, op=_OPERATORS[type(operator)](), right=right)
        case _:
            pass


def _changed_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool() as value):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value=value + 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in _FUNCTIONS:
            yield ast.Name(id=_FUNCTIONS[name], ctx=ast.Load())
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test=_not(test), body=body, orelse=orelse)
        case ast.comprehension(target=target, iter=source, ifs=[_], is_async=is_async):
            yield ast.comprehension(target=target, iter=source, ifs=[], is_async=is_async)
        case _:
            pass


def _changed_statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(test=_not(test), body=body, orelse=orelse)
        case ast.AugAssign(target=target, op=operator, value=value) if (
            type(operator) in _OPERATORS
        ):
            yield ast.AugAssign(target=target, op=_OPERATORS[type(operator)](), value=value)
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case _:
            pass


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _become(node: ast.AST, other: ast.AST) -> None:
    """Make a node another, wherever in its tree it hangs."""
    other = deepcopy(other)
    located = {name: getattr(node, name) for name in node._attributes if hasattr(node, name)}
    node.__class__ = other.__class__  # nodes differ by their fields only
    node.__dict__.clear()
    node.__dict__.update(other.__dict__, **located)


def _line(node: ast.AST) -> int:
    # A comprehension has no place of its own.
    placed = node.target if isinstance(node, ast.comprehension) else node
    line: int = getattr(placed, "lineno", 0)
    return line


def _shown(node: ast.AST) -> str:
    """The first line of a node's text."""
    if isinstance(node, ast.comprehension):
        return f"for {ast.unparse(node.target)} … {' '.join(map(ast.unparse, node.ifs))}"
    return ast.unparse(node).splitlines()[0]
