"""Names for those who need to recognise a person, not to know him."""


def masked_name(full_name: str | None) -> str | None:
    """«Иванова Мария Петровна» becomes «Мария Петровна И.», as СБП shows a payee; a single word, its first letter."""
    if full_name is None:
        return None
    family, *given = full_name.split()
    return " ".join([*given, f"{family[0]}."])
