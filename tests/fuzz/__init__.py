"""Fuzzing: what comes from outside, bent and broken, against what must hold of each answer."""
