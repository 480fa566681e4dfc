"""Tests of encoders: chunking without a framework, and tiny random models with one."""
