"""What a visitor gives: their details, once they have passed the form's rules."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A visitor's own details; an empty string means: not given. ``tel`` is E.164."""

    given_name: str = ""
    family_name: str = ""
    email: str = ""
    tel: str = ""
    organization: str = ""
    organization_title: str = ""
    message: str = ""

    def __repr__(self) -> str:
        return f"Contact({', '.join(self.given)})"

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the fields that are filled in."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name))

    def as_dict(self) -> dict[str, str]:
        """All seven fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
