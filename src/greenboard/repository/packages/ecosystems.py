"""Every ecosystem whose manifests are read."""

from __future__ import annotations

from greenboard.repository.packages import compiled, jvm, npm, python, scripted

ECOSYSTEMS = (
    npm.read,
    python.read,
    jvm.maven,
    jvm.gradle,
    compiled.go,
    compiled.cargo,
    compiled.nuget,
    scripted.rubygems,
    scripted.composer,
)
