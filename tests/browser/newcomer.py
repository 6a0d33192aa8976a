"""`python -m tests.browser.newcomer`: the company, in which Ada is a member and so may ask for things."""

import importlib

company = importlib.import_module("tests.browser.company")


def write():
    company.write()
    from greenboard.access.models import Grant, Person, Role
    from greenboard.core import clock

    ada, role = Person.objects.get(username=company.NAME), Role.objects.get(name="member")
    Grant.objects.create(role=role, person=ada, created_at=clock.now(), created_by=company.ADMINISTRATOR)


if __name__ == "__main__":
    write()
