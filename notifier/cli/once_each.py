"""A command whose options are each given once: of several values the last would silently count alone."""

from collections import Counter
from typing import Any

import typer
from typer.core import TyperCommand, TyperOption


class OnceEach(TyperCommand):
    """Refuses an option that is given again, where it takes one value only."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Any: typer has no public name for it
        """As it is there."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        times = Counter(id(one) for one in given)
        for one in given:
            takes_one = isinstance(one, TyperOption) and not one.multiple and not one.is_flag
            if takes_one and times[id(one)] > 1:
                what = "it is given more than once, and takes one value: run the command once for each"
                raise typer.BadParameter(what, ctx=ctx, param_hint=one.opts[0])
        return super().parse_args(ctx, args)
