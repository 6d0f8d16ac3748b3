"""A command that takes folders and has commands below it: ``edm genres DIR …`` and ``edm genres show …``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

__all__ = ["FoldersOrCommand"]


class FoldersOrCommand(TyperGroup):
    """A group whose first word is the name of a command, or else an argument or an option of the group itself.

    Options of the group may stand behind its arguments. A folder that is called as a command is reached by ``./``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Look at the first word, then read all of them."""
        ctx.meta[_NAMED] = bool(args) and args[0] in self.commands
        # Behind the name of a command every option is the command's.
        ctx.allow_interspersed_args = not ctx.meta[_NAMED]
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """Of the group; without its arguments where a command is named."""
        params = super().get_params(ctx)
        if ctx.meta.get(_NAMED):
            return [param for param in params if param.param_type_name != "argument"]
        return params


_NAMED = f"{__name__}.named"
