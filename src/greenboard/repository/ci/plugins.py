"""Which linter the build file of Maven or Gradle binds to the build, told by literal text only.

Contract: the plugin bindings of Maven's POM reference and the tasks that Gradle's plugins add to `check`.
What a parent, a profile or a plugin of one's own binds is not seen here.
"""

from __future__ import annotations

import re

_MAVEN = re.compile(
    r"<artifactId>\s*(maven-checkstyle-plugin|spotless-maven-plugin|maven-pmd-plugin|spotbugs-maven-plugin"
    r"|spring-javaformat-maven-plugin|fmt-maven-plugin|ktlint-maven-plugin|detekt-maven-plugin)\s*</artifactId>"
)
_GRADLE = re.compile(
    r"""^\s*(?:id\s*\(?\s*["'](checkstyle|pmd|com\.diffplug\.spotless|com\.github\.spotbugs|io\.spring\.javaformat"""
    r"""|org\.jlleitschuh\.gradle\.ktlint|io\.gitlab\.arturbosch\.detekt)["']\s*\)?(?:\s*version\s*\(?\s*\S+?)?\s*$"""
    r"""|apply\s+plugin:\s*["'](checkstyle|pmd)["'])""",
    re.MULTILINE,
)


def build_linter(path: str, text: str) -> str | None:
    """The name of a plugin that lints in `mvn verify` or `gradle check`; None where none is seen to."""
    return _maven(text) if path.endswith("pom.xml") else _gradle(text)


def _maven(text: str) -> str | None:
    for outside in ("<!--.*?-->", "<profiles>.*?</profiles>", "<pluginManagement>.*?</pluginManagement>"):
        text = re.sub(outside, "", text, flags=re.DOTALL)
    for plugin in re.findall(r"<plugin>.*?</plugin>", text, re.DOTALL):
        named = _MAVEN.search(plugin)
        goals = re.findall(r"<goal>\s*([\w-]+)\s*</goal>", plugin)
        if named and {"check", "validate", "format-check"} & set(goals) and "<skip>true" not in plugin:
            return named[1]
    return None


def _gradle(text: str) -> str | None:
    found = _GRADLE.search(re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL))
    return (found[1] or found[2]) if found else None
