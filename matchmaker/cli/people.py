"""Commands about people: how an installation gets its first administrator."""

import click

from matchmaker.cli.parts import parts, refusals
from matchmaker.core.actor import Role

STAFF = [role.value for role in Role if role not in (Role.VISITOR, Role.MEMBER)]


@click.command()
@click.argument("email")
@click.argument("name")
@click.option("--role", type=click.Choice(STAFF), required=True, help="What this person may do from now on.")
def staff(email: str, name: str, *, role: str) -> None:
    """Give EMAIL (of the person NAME) a role of the district's staff; new people get a letter to set a password.

    Needed once, for the first administrator; administrators do the rest on the page 人员与角色.
    """
    from pydantic import ValidationError

    from matchmaker.accounts import people
    from matchmaker.accounts.schemas import StaffIn
    from matchmaker.core.actor import Actor
    from matchmaker.core.unit import unit

    found = parts()
    try:
        data = StaffIn.model_validate({"email": email, "name": name, "role": role})
    except ValidationError as error:
        first = error.errors()[0]
        raise click.ClickException(f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}") from None
    with refusals(), unit(found.sessions) as session:
        people.save_staff(session, Actor.system("cli"), data=data, base=found.config.public_url)
    click.echo(f"{email} is {role}; a letter with the link to set a password leaves while the platform runs")
